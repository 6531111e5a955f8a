//! The dial: α, comparing and sweeping.

use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn vector_line(
        self,
        name: &str,
        alpha: f32,
        layers: &str,
        kept: f32,
        range: Option<(f32, f32)>,
    ) -> String {
        let range = range.map_or_else(String::new, |(low, high)| {
            self.pick(format!(", useful from {low} to {high}"), format!("、目安 {low}〜{high}"))
        });
        self.pick(
            format!("{name}: α = {alpha}{range}; layers {layers}; {kept:.1}% of the components"),
            format!("{name}: α = {alpha}{range}。層 {layers}、成分の {kept:.1}%"),
        )
    }

    /// Beside the strengths in the prompt.
    pub(in crate::chat) fn partial_mark(self) -> &'static str {
        if self == Self::Ja { "(部分的)" } else { " (partial)" }
    }

    pub(in crate::chat) fn alpha_is_zero(self) -> String {
        self.pick(
            "α is 0: this is the plain model, with no protection.",
            "α は 0 です。素のモデルのままで、保護は働きません。",
        )
    }

    pub(in crate::chat) fn alpha_from_now(self) -> String {
        self.pick(
            "Takes effect from the next token; /recompute also applies it to the conversation so far.",
            "次のトークンから有効です。これまでの会話にも適用するには /recompute を使ってください。",
        )
    }

    pub(in crate::chat) fn bad_alpha(self, text: &str) -> String {
        self.pick(
            format!("'{text}' is not a finite number; try /alpha 0.3. α is unchanged."),
            format!("「{text}」は有効な数値ではありません。/alpha 0.3 のように入力してください。α は変わりません。"),
        )
    }

    pub(in crate::chat) fn no_such_vector(self, name: &str) -> String {
        self.pick(
            format!("There is no vector called '{name}'; /vectors lists them. α is unchanged."),
            format!("「{name}」というベクトルはありません。/vectors で一覧を確認できます。α は変わりません。"),
        )
    }

    pub(in crate::chat) fn nothing_to_compare(self) -> String {
        self.pick(
            "Without a vector, both sides would be the plain model; load one with --vector FILE.sv.",
            "ベクトルがないため、どちらも素のモデルになります。--vector FILE.sv で指定してください。",
        )
    }

    pub(in crate::chat) fn same_alpha(self) -> String {
        self.pick(
            "α is already 0, so there is nothing to compare; raise it with /alpha, or try /sweep.",
            "α はすでに 0 なので、比較できません。/alpha で上げるか、/sweep を試してください。",
        )
    }

    pub(in crate::chat) fn no_prompt_yet(self, command: &str) -> String {
        self.pick(
            format!("Nothing has been asked yet; add a prompt: {command} TEXT"),
            format!("まだ質問がありません。コマンドの後に文を入力してください: {command} 文"),
        )
    }

    pub(in crate::chat) fn answering_at(self, alpha: &str) -> String {
        self.pick(format!("answering at α = {alpha}"), format!("α = {alpha} で回答中"))
    }

    pub(in crate::chat) fn bad_range(self) -> String {
        self.pick(
            "The range must be FROM..TO with FROM below TO, for example /sweep 0..0.6",
            "範囲は FROM..TO(FROM < TO)の形で入力してください。例: /sweep 0..0.6",
        )
    }

    pub(in crate::chat) fn not_remembered(self) -> String {
        self.pick("(not added to the conversation)", "(会話には追加されません)")
    }
}
