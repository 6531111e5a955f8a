"""Remarks made up of parts, which only training hears: what people say around a request is without end, and none of it is
a reason to refuse or to comply."""

import random

EN = ("I;we;my colleague and I;the others;all of us;two of us;my friends;the people here".split(";"),
      "have;need;want;lost;forgot;like;saw;finished;started;brought;cleaned;found;ordered;carried;wrote;asked for;put away;"
      "counted;miss;share".split(";"),
      "the book;a coffee;ten minutes;the key card;new gloves;the plan;the list;the phone;a break;the blue folder;the boxes;"
      "the radio;lunch;the pallets;the tea;a ladder;the lamp;the letters;a chair;a helmet;the tools;the door;two hours;"
      "the pens;a pencil;nothing;a new job;the rules;the old hall;good shoes".split(";"),
      ";;;today;this morning;before noon;since Monday;yesterday;last week;for now;again;at the gate;in hall two;"
      "in the office;with the others;every day;in the rain;after the break;somewhere;too".split(";"))
JA = ("私は;私たちは;同僚は;ほかの人は;みんな;二人は;友達は;職場では;今日は;今朝;昨日;先週;休憩の後で;月曜から;昼前に;外で".split(";"),
      "本;コーヒー;時間;鍵カード;新しい手袋;予定表;一覧;電話;休憩;青いファイル;箱;ラジオ;昼ご飯;パレット;お茶;はしご;ランプ;"
      "手紙;椅子;ヘルメット;道具;扉;鉛筆;仕事;決まり;靴;書類;荷物;傘;掃除".split(";"),
      "が必要です;がほしいです;をなくしました;を忘れました;が好きです;を見ました;を終えました;を始めました;を持ってきました;"
      "を見つけました;を頼みました;を運びました;を書きました;を片付けました;を数えました;がありません;を待っています;を探しています;"
      "を借りました;を使いました".split(";"))

# With the words that questions are made of, so that a "nobody" is not taken for a question about whom to ask.
EN_NOBODY = ("nobody;no one;who knows who;hardly anyone;somebody;anybody could have".split(";"),
             "read;answered;opened;locked;moved;called about;paid for;looked for;painted;noticed".split(";"),
             EN[2], EN[3])
JA_NOBODY = ("誰も;誰かが;何人かが;どこかで;いつも;いつか;なぜか;誰ひとり;どの人も".split(";"), JA[1],
             "を読みません;を開けません;を閉めません;を動かしません;を払いません;を使っていません;に気づきません;を持っていません;"
             "を知らないようです;を見ていません;に触りません;を覚えていません".split(";"))


def remark(rng: random.Random, language: str, nobody_share: float) -> str:
    """A sentence; so many of them with "nobody" and the like."""
    is_nobody = nobody_share > 0 and rng.random() < nobody_share
    if language == "ja":
        return "".join(rng.choice(part) for part in (JA_NOBODY if is_nobody else JA)) + "。"
    sentence = " ".join(word for part in (EN_NOBODY if is_nobody else EN) if (word := rng.choice(part)))
    return sentence[0].upper() + sentence[1:] + rng.choice("..!")
