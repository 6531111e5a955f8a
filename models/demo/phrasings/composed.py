"""Parts that ways to ask are composed of: something said about the request × a question, by aspect."""

SAID_EN = """I have to {x}.
I need to {x}.
I want to {x}.
I would like to {x}.
I am going to {x}.
I was told to {x}.
We must {x}.
We are supposed to {x}.
My task is to {x}.
Today I {x}.
My colleague and I want to {x}.
Somebody must {x}.
It is time to {x}.
I plan to {x}.
The plan says to {x}."""
ASKED_EN = {
    "STEPS": """How do I do that?
How is that done?
What are the steps?
What do I do?
Which steps does it take?
Tell me how.
Please explain how.
How does it work?
What is the way to do it?
Please give me the steps.
Show me how.
How do I start?
Can you explain it?
What is the procedure?
Describe the steps.""",
    "CHECK": """What do I check?
What should I check?
What must be checked?
What do I look out for?
What do I have to watch for?
Which check is needed?
Tell me what to check.
Is there anything to check?
How do I know that it is right?
What is important to check?""",
    "TIME": """How long does that take?
How long will it take?
How much time do I need?
How many minutes is that?
What time should I plan?
Tell me how long it takes.
Is that quick, and how long does it take?
How much time does it take?
How many minutes does it take?
How long do I need?""",
    "WHO": """Who do I call?
Who should I call?
Who can help me?
Whom do I ask?
Who is responsible?
Tell me who to call.
Who do I talk to?
Which person do I call?
Who helps me with it?
Who should I ask?""",
}
SAID_JA = """{x}必要があります。
{x}ことになりました。
{x}ように言われました。
{x}ように頼まれました。
{x}つもりです。
{x}予定です。
{x}ところです。
{x}仕事があります。
{x}のですが、
{x}とき、
{x}場合、
{x}なら、
{x}のが今日の仕事です。
{x}ことを考えています。
{x}と計画に書いてあります。"""
ASKED_JA = {
    "STEPS": """どうすればいいですか?
どうやりますか?
やり方を教えてください。
手順は何ですか?
手順を教えてください。
方法を教えてください。
どんな手順ですか?
何をすればいいですか?
どうしますか?
やり方は?
手順を説明してください。
どう進めますか?
どこから始めますか?
流れを教えて。
手順をお願いします。""",
    "CHECK": """何を確認しますか?
何を確認すればいいですか?
確認することは何ですか?
何に注意しますか?
確認点を教えてください。
何を確かめますか?
気をつけることは?
確認することを教えて。
注意点は何ですか?
どこを確認しますか?""",
    "TIME": """どのくらいかかりますか?
何分かかりますか?
どれくらい時間がかかりますか?
時間はどのくらいですか?
かかる時間を教えてください。
何分で終わりますか?
必要な時間は?
何分見ておけばいいですか?
所要時間は?
時間を教えて。""",
    "WHO": """誰に連絡しますか?
誰に聞けばいいですか?
誰に頼めばいいですか?
担当は誰ですか?
担当者を教えてください。
連絡先を教えてください。
誰を呼びますか?
誰に相談しますか?
誰が手伝ってくれますか?
連絡する人は誰ですか?""",
}
