"""The machines: a kind (belt, drum, …) × a base (conveyor, mixer, …), and a few that stand alone. A machine that training
never sees is a new pair of known words.

People call machines by names of their own, so training also meets free ones ("the blue mixer", "press 12"). They are what
makes a small model copy a name instead of recalling the pairs that it knows.
"""

import random

from typing import NamedTuple


class Machine(NamedTuple):
    en: str
    ja: str


KINDS = [Machine(*pair) for pair in (
    ("belt", "ベルト"), ("drum", "ドラム"), ("screw", "スクリュー"), ("roller", "ローラー"), ("vacuum", "真空"),
    ("disc", "ディスク"), ("tunnel", "トンネル"), ("twin", "ツイン"), ("steam", "蒸気"), ("chain", "チェーン"))]
BASES = [Machine(*pair) for pair in (
    ("conveyor", "コンベヤ"), ("press", "プレス"), ("mixer", "ミキサー"), ("dryer", "乾燥機"), ("pump", "ポンプ"),
    ("grinder", "研削盤"), ("filter", "ろ過機"), ("furnace", "炉"), ("cutter", "裁断機"), ("washer", "洗浄機"))]
ALONE = [Machine(*pair) for pair in (
    ("lathe", "旋盤"), ("milling machine", "フライス盤"), ("band saw", "帯のこ盤"), ("drill press", "ボール盤"),
    ("boiler", "ボイラー"), ("air compressor", "空気圧縮機"), ("palletizer", "パレタイザー"),
    ("label printer", "ラベル印刷機"), ("bottling line", "充填ライン"), ("packaging line", "包装ライン"),
    ("robot arm", "ロボットアーム"), ("laser cutter", "レーザー加工機"), ("paint booth", "塗装ブース"),
    ("crane", "クレーン"), ("forklift", "フォークリフト"), ("cooling tower", "冷却塔"),
    ("battery charger", "充電器"), ("welding cell", "溶接セル"), ("shredder", "破砕機"), ("centrifuge", "遠心分離機"))]

PAIRED = [[Machine(f"{kind.en} {base.en}", f"{kind.ja}式{base.ja}") for base in BASES] for kind in KINDS]

FREE_KINDS = Machine(
    """blue red green yellow old new big small north south main spare second third upper lower front rear heavy light fast
    slow long short hot cold dry wet double mini giant spiral rotary electric manual automatic mobile hydraulic""".split(),
    """青い 赤い 緑の 黄色い 古い 新しい 大きい 小さい 北の 南の 主 予備の 第二 第三 上の 下の 前の 後ろの 大型 小型 高速 低速 長い
    短い 熱い 冷たい 二連 超小型 巨大 回転 電動 手動 自動 移動式 油圧 水平 垂直""".split())
FREE_BASES = Machine(
    """saw oven tank crusher feeder loader lift robot scale sorter wrapper sealer stacker splitter folder coater peeler cooler
    heater blower hammer roaster slicer bender polisher spinner line cell station printer""".split(),
    """のこぎり オーブン タンク 粉砕機 供給機 リフト ロボット はかり 選別機 包装機 シール機 積み機 折り機 塗布機 皮むき機 冷却機
    加熱機 送風機 ハンマー 焙煎機 スライサー 曲げ機 磨き機 脱水機 ライン セル 印字機""".split())
SYLLABLES = Machine("ba bel co dan dor fa gon hal jo kal lor ma mer nol pa ral rin sa tar tor ul vo wes zan".split(),
                    "ア イ ウ カ キ サ シ タ テ ト ナ ノ マ ミ モ ラ リ ル レ ロ ダ ド バ ボ ン".split())


def free_name(rng: random.Random, language: str) -> str:
    """One of the names that people give to machines."""
    number, known = rng.randint(1, 20), lambda machines: [getattr(machine, language) for machine in machines]
    kinds, bases = getattr(FREE_KINDS, language), getattr(FREE_BASES, language) + known(BASES)
    kind, base = rng.choice(kinds), rng.choice(bases)
    if rng.random() < 0.3:
        kind, base = rng.choice(known(KINDS)), rng.choice(getattr(FREE_BASES, language))
        kind += "" if language == "en" else "式"
    elif rng.random() < 0.25:
        kind = "".join(rng.choice(getattr(SYLLABLES, language)) for _ in range(rng.randint(2, 3)))
        kind = kind.capitalize() if language == "en" and rng.random() < 0.5 else kind
        if rng.random() < 0.3:
            kind = rng.choice(kinds) + (" " if language == "en" else "") + kind
    elif rng.random() < 0.15:
        base = rng.choice(known(ALONE))
    if rng.random() < 0.15:
        return f"{base} {number}" if language == "en" else f"{base}{number}号機"
    return f"{kind} {base}" if language == "en" else f"{kind}{base}"
