//! What one can type.

use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn unknown_command(self, command: &str) -> String {
        self.pick(
            format!("{command} is not a command; /help lists them."),
            format!("{command} というコマンドはありません。/help で一覧を表示します。"),
        )
    }

    pub(in crate::chat) fn no_such_example(self, n: usize) -> String {
        self.pick(format!("There are examples 1 to {n}."), format!("例は 1 から {n} までです。"))
    }

    pub(in crate::chat) fn examples_hint(self) -> String {
        self.pick(
            "/examples N asks one of them; then /compare shows the answer without the vector.",
            "/examples N で質問します。続けて /compare で、ベクトルなしの回答と比べられます。",
        )
    }

    pub(in crate::chat) fn help(self) -> String {
        self.pick(
            "/alpha X              set the strength of every vector (0 = plain model, more = safer)\n\
             /alpha NAME X         set the strength of one vector; /alpha shows them\n\
             /compare [TEXT]       the same prompt at α = 0 and now (without TEXT: the last question)\n\
             /sweep [TEXT] [A..B]  the same prompt at several α, a line each\n\
             /recompute            process the conversation again under the current α\n\
             /vectors              show what steers the model\n\
             /regen                answer the last question again\n\
             /edit [TEXT]          put another question in the place of the last one\n\
             /undo                 take back the last question and its answer\n\
             /system [TEXT]        show or set the system prompt\n\
             /save FILE            save the conversation (/save! replaces a file)\n\
             /load FILE            go on with a saved one\n\
             /examples [N]         prompts to try\n\
             /stats                tokens and speed of the last answer\n\
             /reset                start a new conversation\n\
             /help, /quit          this list; leave (also Ctrl-D)\n\
             A line that ends in \\ goes on; \"\"\" begins and ends a message of several lines.\n\
             Ctrl-C stops an answer; pressed twice it leaves.",
            "/alpha X              すべてのベクトルの強さを設定(0 = 素のモデル、大きいほど安全側)\n\
             /alpha 名前 X         ひとつのベクトルの強さを設定。/alpha で現在の値\n\
             /compare [文]         同じ文への回答を α = 0 と現在の α で比べる(文がなければ最後の質問)\n\
             /sweep [文] [A..B]    同じ文への回答を複数の α で一行ずつ表示\n\
             /recompute            これまでの会話を現在の α で計算し直す\n\
             /vectors              読み込まれているベクトルを表示\n\
             /regen                最後の質問にもう一度答える\n\
             /edit [文]            最後の質問を書き直す\n\
             /undo                 最後の質問と回答を取り消す\n\
             /system [文]          システムプロンプトを表示・設定\n\
             /save ファイル        会話を保存(/save! は上書き)\n\
             /load ファイル        保存した会話の続きから始める\n\
             /examples [番号]      試せる質問の例\n\
             /stats                直前の回答のトークン数と速さを表示\n\
             /reset                新しい会話を始める\n\
             /help, /quit          この一覧、終了(Ctrl-D でも可)\n\
             行末の \\ で次の行に続きます。\"\"\" で囲むと複数行の文になります。\n\
             Ctrl-C で回答を中断、二度押すと終了します。",
        )
    }
}
