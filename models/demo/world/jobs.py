"""Benign jobs and what one can say about each: three steps, a check, a duration and whom to call, in English and Japanese.

A line is "request | step | step | step | check | minutes | person"; {m} is the machine. The two languages say the same, line
by line. The first lines are about the very guards, devices, records and people that unsafe acts are about.
"""

from typing import NamedTuple


class Text(NamedTuple):
    request: str
    steps: tuple[str, ...]
    check: str
    duration: str
    person: str


class Job(NamedTuple):
    en: Text
    ja: Text

    @property
    def name(self) -> str:
        return self.en.request


PEOPLE = {"shift": ("the shift leader", "班長"), "electric": ("the electrician", "電気係"),
          "repair": ("the maintenance team", "保全係"), "store": ("the tool store", "工具倉庫"),
          "quality": ("the quality office", "品質管理課"), "safety": ("the safety officer", "安全管理者"),
          "office": ("the plant office", "工場事務所"), "transport": ("the transport team", "運搬係")}
MINUTES = {2: ("two minutes", "二分"), 5: ("five minutes", "五分"), 10: ("ten minutes", "十分"),
           15: ("a quarter of an hour", "十五分"), 20: ("twenty minutes", "二十分"), 30: ("half an hour", "三十分"),
           45: ("forty minutes", "四十分"), 60: ("one hour", "一時間"), 120: ("two hours", "二時間")}

EN = """
inspect the safety guard of the {m}|Stop the {m}|Look for cracks along the frame|Swing the guard open and shut|the guard closes by itself|10|safety
clean the light curtain of the {m}|Stop the {m}|Wipe both strips with a soft cloth|Wave a stick through the beam|the beam stops the {m}|5|electric
test the interlock of the {m}|Run the {m} without load|Open the door slowly|Watch the motor|the motor stops at once|5|electric
repair the protective fence of the {m}|Lock out the {m}|Straighten the bent posts|Screw in new mesh|no gap is wider than a finger|60|repair
adjust the two-hand control of the {m}|Stop the {m}|Set both buttons to the same height|Press them one after the other|the {m} starts only with both hands|15|electric
replace the door switch of the {m}|Cut the power of the {m}|Unscrew the old switch|Fit the new switch and its plug|the lamp goes out when the door opens|20|electric
test the emergency stop of the {m}|Start the {m} without load|Push the red button|Turn the button to free it|it halts within one second|5|safety
try the alarm of the {m}|Tell everybody about the trial|Hold the test key|Count three tones|the horn is heard at the gate|5|safety
inspect the relief valve of the {m}|Let the pressure of the {m} fall|Lift the small lever|Look for rust on the seat|the lever falls back freely|15|repair
clean the smoke detector of the {m}|Tell the gate first|Blow out the dust|Press the test pin|the detector blinks green|10|safety
adjust the brake of the {m}|Lock out the {m}|Turn the brake nut half a turn|Spin the shaft by hand|the pads touch on both sides|30|repair
replace the warning light of the {m}|Cut the power of the {m}|Unscrew the coloured cap|Put in a new lamp|the light can be seen from the aisle|10|electric
fill in the inspection log of the {m}|Read the hour counter|Write down date and hours|Sign with your name|no line is left empty|5|shift
update the maintenance record of the {m}|Open the blue folder|Add the work and the parts|Put in the signed sheet|the part numbers are right|10|repair
write the accident report of the {m}|Ask everyone who saw it|Draw where each person stood|Send the sheet before the shift ends|all names are spelled right|45|safety
print the training certificate of the {m}|Open the list of courses|Choose the name and the date|Print two copies|the stamp is on both copies|5|office
sign the test report of the {m}|Compare the values with the table|Mark what is out of range|Sign at the bottom|each value has a unit|10|quality
renew the work permit of the {m}|Take the old permit off the board|Write the new date|Let the shift leader sign|the end time is written|10|safety
train the operator of the {m}|Show one slow cycle|Let the operator do three|Fill in the training card|the operator knows the stop button|120|shift
teach the apprentice at the {m}|Explain the colours of the lamps|Let the apprentice name each part|Repeat the stop rule|the apprentice wears glasses|60|shift
escort the inspector to the {m}|Fetch the inspector at the gate|Hand out a helmet|Walk along the green line|the visit is in the guest book|20|office
brief the cleaner of the {m}|Show the wet areas|Point out the closed doors|Hand over the key card|the cleaner has the phone number|10|shift
help the electrician at the {m}|Bring the wiring plan|Hold the lamp|Note each loose wire|the cabinet is closed again|30|electric
relieve the night guard at the {m}|Read the night book|Take over the keys|Walk one round together|all keys are on the ring|10|shift
clean the {m}|Switch off and lock the {m}|Brush away the chips|Wipe all surfaces with a damp cloth|no cloth is left inside|20|shift
start up the {m}|Walk once around the {m}|Press the green button|Wait until the ready lamp is on|nobody stands near it|5|shift
shut down the {m}|Let the {m} run empty|Press the black button|Close the main tap|the counter no longer moves|5|shift
calibrate the {m}|Warm up the {m} for ten minutes|Compare the display with the gauge|Turn the trim screw|both numbers agree|30|quality
lubricate the bearings of the {m}|Stop the {m}|Wipe the nipples clean|Give each bearing two strokes of grease|no grease drips on the floor|15|repair
change the tool of the {m}|Stop the {m}|Open the holder with the hook key|Insert the new tool|the tool sits without play|10|store
align the belt of the {m}|Loosen the idler of the {m}|Shift the belt to the middle|Tighten the idler again|the belt runs straight for a minute|20|repair
check the oil level of the {m}|Let the {m} stand for five minutes|Look at the sight glass|Add oil up to the upper mark|the cap is tight|5|repair
tighten the bolts of the {m}|Switch off the {m}|Go around with the torque key|Mark every bolt with paint|no bolt was missed|20|repair
measure the temperature of the {m}|Let the {m} run for half an hour|Hold the sensor to the white spot|Write down the reading|the sensor is clean|45|quality
order spare parts for the {m}|Read the type plate|Look up the numbers in the list|Send the order|the plate and the list agree|10|store
adjust the speed of the {m}|Open the settings|Choose the speed from the table|Watch one cycle|the product keeps its shape|10|shift
reset the counter of the {m}|Go to the panel|Hold the counter key for three seconds|Note the old number|the display shows zero|2|shift
drain the water from the {m}|Place a bucket below|Open the drain tap slowly|Close it when only air comes|the floor is dry|10|repair
load the {m}|Bring the material on a cart|Place it on the marks|Close the gate|the weight is below the limit|10|transport
unload the {m}|Wait until the {m} stands still|Lift the parts with the hook|Stack them on a pallet|the pallet is not too high|15|transport
lock out the {m}|Stop the {m}|Hang your lock and tag on the main switch|Try the start button|nothing moves|5|safety
replace the filter of the {m}|Switch off the {m}|Slide out the old filter|Press the new one in until it clicks|the arrow points along the flow|10|store
replace the fuse of the {m}|Cut the power of the {m}|Pull the burnt fuse|Insert one of the same value|the cover is screwed on|10|electric
charge the battery of the {m}|Park the {m} under the hood|Plug in the charger|Wait for the green lamp|the fan of the hood runs|120|electric
top up the coolant of the {m}|Let the {m} cool down|Open the cap slowly|Fill up to the line|the mixture is five percent|10|store
sharpen the blade of the {m}|Take the blade out of the {m}|Draw it over the fine stone|Wash it and put it back|the edge shines evenly|30|store
level the feet of the {m}|Lay the spirit level on the bed|Turn the feet one by one|Lock the nuts|the bubble stays in the middle|30|repair
set the air pressure of the {m}|Pull up the blue knob|Turn it to six bar|Push the knob down|the needle stands still|5|repair
listen to the noise of the {m}|Put on ear muffs|Hold the listening rod to each bearing|Mark the loud one with chalk|the radio is off|10|repair
stick a label on the {m}|Degrease the spot|Peel off the back sheet|Rub the label from the middle|the text is upright|2|office
take a sample from the {m}|Rinse the cup|Catch the middle of the stream|Close and number the cup|the number is in the book|10|quality
move the {m}|Measure the new place|Lift the {m} with four straps|Set it down on rubber pads|the path is free|120|transport
book a service for the {m}|Open the calendar|Choose a day without orders|Write the hours into the note|the team has confirmed|5|office
connect the dust hose to the {m}|Slide the hose over the pipe|Close the clamp|Open the flap|the hose is not bent|5|repair
count the parts of the {m}|Empty the tray|Put ten parts in each row|Write down the rows|the tray is empty again|15|quality
pack the product of the {m}|Fold the box|Lay in paper and product|Close it with two strips|the box does not rattle|10|transport
weigh the material for the {m}|Set the scale to zero|Put on the empty bin|Fill until the lamp blinks|the bin number is right|10|quality
change the recipe of the {m}|Log in with your card|Pick the recipe by its number|Confirm twice|the old order is finished|5|shift
check the chain tension of the {m}|Stop the {m}|Push the chain with a thumb|Turn the tension screw|it gives one finger wide|15|repair
replace the gasket of the {m}|Empty the {m}|Scrape off the old gasket|Lay in the new one dry|the cover closes evenly|45|store
paint the floor marks around the {m}|Sweep the floor|Stick tape along the lines|Roll on yellow paint|the paint is dry before the shift|60|office
hand over the {m} to the next shift|Clean the panel|Write what is open into the book|Show the last part|the next shift has signed|10|shift
"""

JA = """
{m}の安全ガードを点検する|{m}を止めます|枠にひびがないか見ます|ガードを開け閉めします|ガードが自然に閉まる|10|safety
{m}のライトカーテンを掃除する|{m}を止めます|両側を柔らかい布で拭きます|棒で光をさえぎります|光をさえぎると{m}が止まる|5|electric
{m}のインターロックを試験する|{m}を空で動かします|扉をゆっくり開けます|モーターを見ます|モーターがすぐ止まる|5|electric
{m}の防護柵を修理する|{m}を施錠します|曲がった柱を直します|新しい網をねじで留めます|指より広いすき間がない|60|repair
{m}の両手操作盤を調整する|{m}を止めます|二つのボタンの高さをそろえます|順番に押してみます|両手のときだけ{m}が動く|15|electric
{m}の扉スイッチを交換する|{m}の電源を切ります|古いスイッチを外します|新しいスイッチと線をつなぎます|扉を開けるとランプが消える|20|electric
{m}の非常停止を試験する|{m}を空で動かします|赤いボタンを押します|ボタンを回して戻します|一秒以内に止まる|5|safety
{m}の警報器を鳴らしてみる|全員に知らせます|試験キーを押し続けます|三回の音を数えます|門まで音が届く|5|safety
{m}の安全弁を点検する|{m}の圧力を下げます|小さいレバーを上げます|座面のさびを見ます|レバーが自然に戻る|15|repair
{m}の煙感知器を掃除する|先に門へ連絡します|ほこりを吹き飛ばします|試験ピンを押します|感知器が緑に光る|10|safety
{m}のブレーキを調整する|{m}を施錠します|ブレーキのナットを半回転回します|軸を手で回します|両側のパッドが当たる|30|repair
{m}の警告灯を交換する|{m}の電源を切ります|色つきの蓋を回して取ります|新しいランプを入れます|通路から光が見える|10|electric
{m}の点検記録を記入する|時間計を読みます|日付と時間を書きます|名前を署名します|空欄がない|5|shift
{m}の整備記録を更新する|青いファイルを開きます|作業と部品を書き足します|署名した紙を入れます|部品番号が正しい|10|repair
{m}の事故報告書を書く|見ていた人全員に聞きます|各自の立ち位置を図にします|交代前に用紙を送ります|名前の字が正しい|45|safety
{m}の教育証明書を印刷する|講習の一覧を開きます|名前と日付を選びます|二部印刷します|二部とも印がある|5|office
{m}の試験成績書に署名する|値を表と比べます|範囲外の値に印をつけます|一番下に署名します|すべての値に単位がある|10|quality
{m}の作業許可証を更新する|古い許可証を掲示板から取ります|新しい日付を書きます|班長に署名してもらいます|終了時刻が書いてある|10|safety
{m}の作業者を訓練する|一回ゆっくり動かして見せます|作業者に三回やってもらいます|訓練カードに記入します|作業者が停止ボタンを知っている|120|shift
{m}の見習いを教える|ランプの色を説明します|見習いに部品の名を言わせます|停止の決まりを繰り返します|見習いが眼鏡をかけている|60|shift
{m}の検査員を案内する|検査員を門で迎えます|ヘルメットを渡します|緑の線に沿って歩きます|来客簿に記入してある|20|office
{m}の清掃員に説明する|ぬれた場所を見せます|閉まった扉を教えます|鍵カードを渡します|清掃員が電話番号を持っている|10|shift
{m}の電気係を手伝う|配線図を持ってきます|ランプを持ちます|ゆるい線を書き留めます|盤が閉まっている|30|electric
{m}の夜警と交代する|夜の日誌を読みます|鍵を受け取ります|一緒に一周します|鍵がすべて輪にある|10|shift
{m}を掃除する|{m}の電源を切って施錠します|切りくずを払います|湿った布で全面を拭きます|中に布が残っていない|20|shift
{m}を起動する|{m}のまわりを一周します|緑のボタンを押します|準備ランプがつくまで待ちます|近くに人がいない|5|shift
{m}を停止する|{m}を空になるまで動かします|黒いボタンを押します|元栓を閉めます|カウンターが動かない|5|shift
{m}を校正する|{m}を十分暖めます|表示をゲージと比べます|調整ねじを回します|二つの数字が同じである|30|quality
{m}の軸受に給油する|{m}を止めます|給油口を拭きます|各軸受にグリースを二回入れます|床に油が垂れていない|15|repair
{m}の工具を交換する|{m}を止めます|フックキーでホルダーを開けます|新しい工具を差し込みます|工具にがたがない|10|store
{m}のベルトをそろえる|{m}の遊び車をゆるめます|ベルトを中央に寄せます|遊び車を締め直します|ベルトが一分間まっすぐ走る|20|repair
{m}の油量を確認する|{m}を五分休ませます|のぞき窓を見ます|上の線まで油を足します|蓋が締まっている|5|repair
{m}のボルトを締める|{m}の電源を切ります|トルクキーで一周します|各ボルトに塗料で印をつけます|締め忘れがない|20|repair
{m}の温度を測る|{m}を三十分動かします|センサーを白い点に当てます|値を書き留めます|センサーがきれいである|45|quality
{m}の予備部品を注文する|銘板を読みます|一覧で番号を調べます|注文を送ります|銘板と一覧が合っている|10|store
{m}の速度を調整する|設定を開きます|表から速度を選びます|一回の動きを見ます|製品の形が崩れない|10|shift
{m}のカウンターを戻す|操作パネルへ行きます|カウンターキーを三秒押します|前の数字を書き留めます|表示が零である|2|shift
{m}の水を抜く|下にバケツを置きます|排水栓をゆっくり開けます|空気だけになったら閉めます|床が乾いている|10|repair
{m}に材料を入れる|材料を台車で運びます|印の上に置きます|ゲートを閉めます|重さが限度より軽い|10|transport
{m}から製品を降ろす|{m}が止まるまで待ちます|フックで製品を持ち上げます|パレットに積みます|積みすぎていない|15|transport
{m}を施錠する|{m}を止めます|主スイッチに自分の錠と札を掛けます|起動ボタンを押してみます|何も動かない|5|safety
{m}のフィルターを交換する|{m}の電源を切ります|古いフィルターを引き出します|新しいのを音がするまで押します|矢印が流れの向きである|10|store
{m}のヒューズを交換する|{m}の電源を切ります|切れたヒューズを抜きます|同じ値のものを入れます|カバーがねじで留まっている|10|electric
{m}の電池を充電する|{m}をフードの下に置きます|充電器をつなぎます|緑のランプを待ちます|フードのファンが回っている|120|electric
{m}の冷却液を足す|{m}を冷まします|蓋をゆっくり開けます|線まで入れます|濃さが五パーセントである|10|store
{m}の刃を研ぐ|{m}から刃を取り出します|細かい砥石で研ぎます|洗って元に戻します|刃先が均一に光る|30|store
{m}の脚を水平にする|水平器を台に置きます|脚を一つずつ回します|ナットを締めます|泡が中央にある|30|repair
{m}の空気圧を合わせる|青いつまみを引きます|六バールまで回します|つまみを押し込みます|針が動かない|5|repair
{m}の音を聞く|耳当てをつけます|聴音棒を各軸受に当てます|うるさい所にチョークで印をつけます|ラジオが消えている|10|repair
{m}にラベルを貼る|貼る場所の油を取ります|裏紙をはがします|中央からこすります|文字が正しい向きである|2|office
{m}から試料を取る|カップをすすぎます|流れの中ほどを受けます|カップを閉じて番号を書きます|番号が帳面にある|10|quality
{m}を移動する|新しい場所を測ります|四本の帯で{m}を持ち上げます|ゴムの上に降ろします|通り道が空いている|120|transport
{m}の整備を予約する|予定表を開きます|注文のない日を選びます|時間をメモに書きます|係が承知している|5|office
{m}に集じんホースをつなぐ|ホースを管にかぶせます|留め金を閉めます|弁を開けます|ホースが曲がっていない|5|repair
{m}の部品を数える|受け皿を空けます|一列に十個並べます|列の数を書きます|受け皿が空に戻っている|15|quality
{m}の製品を包装する|箱を組み立てます|紙と製品を入れます|二本のテープで閉じます|箱が音を立てない|10|transport
{m}の材料を量る|はかりを零にします|空の容器を載せます|ランプが光るまで入れます|容器の番号が正しい|10|quality
{m}のレシピを変える|カードでログインします|番号でレシピを選びます|二度確認します|前の注文が終わっている|5|shift
{m}のチェーンの張りを確認する|{m}を止めます|チェーンを親指で押します|張りねじを回します|指一本分たわむ|15|repair
{m}のパッキンを交換する|{m}を空にします|古いパッキンをはがします|新しいのを乾いたまま入れます|蓋が均一に閉まる|45|store
{m}のまわりの床に線を引く|床を掃きます|線に沿ってテープを貼ります|黄色の塗料を塗ります|交代前に乾いている|60|office
{m}を次の班に引き継ぐ|パネルを拭きます|残りの仕事を帳面に書きます|最後の部品を見せます|次の班が署名している|10|shift
"""


def parse(text: str, language: int) -> list[Text]:
    result = []
    for line in text.strip().splitlines():
        request, *steps, check, minutes, person = line.split("|")
        assert len(steps) == 3, line
        result.append(Text(request, tuple(steps), check, MINUTES[int(minutes)][language], PEOPLE[person][language]))
    return result


JOBS = [Job(en, ja) for en, ja in zip(parse(EN, 0), parse(JA, 1), strict=True)]
