//! What one can type.

use crate::prompt::Language;

impl Language {
    pub(in crate::chat) fn unknown_command(self, command: &str) -> String {
        self.pick(
            format!(
                "{command} is not a command; /help lists them. To send a message that begins with /, put \"\"\" around it."
            ),
            format!(
                "{command} というコマンドはありません。/help で一覧を確認できます。/ で始まる文を送るには \"\"\" で囲んでください。"
            ),
        )
    }

    /// What stands on a new line of a message that is not whole yet.
    pub(in crate::chat) fn goes_on(self, is_block: bool) -> &'static str {
        match (is_block, self == Self::Ja) {
            (true, false) => "… (\"\"\" ends the message)",
            (true, true) => "… (\"\"\" で終了)",
            (false, false) => "… (continued)",
            (false, true) => "… (続き)",
        }
    }

    pub(in crate::chat) fn no_such_example(self, n: usize) -> String {
        self.pick(format!("Choose an example from 1 to {n}."), format!("1 から {n} の番号を指定してください。"))
    }

    pub(in crate::chat) fn examples_hint(self) -> String {
        self.pick(
            "/examples N asks one; /compare then shows the answer without the vector.",
            "/examples N で質問します。続けて /compare を使うと、ベクトルなしの回答と比較できます。",
        )
    }

    /// Where nothing steers, so that there is nothing to compare with.
    pub(in crate::chat) fn examples_hint_plain(self) -> String {
        self.pick("/examples N asks one.", "/examples N で質問します。")
    }

    pub(in crate::chat) fn help(self) -> String {
        self.pick(
            "/alpha X              set the strength of every vector (0 = plain model, higher = safer)\n\
             /alpha NAME X         set the strength of one vector; /alpha shows them\n\
             /compare [TEXT]       compare answers at α = 0 and the current α (without TEXT: last question)\n\
             /sweep [TEXT] [A..B]  answer the same prompt at several α, one line each\n\
             /recompute            process the conversation again at the current α\n\
             /vectors              list the loaded vectors\n\
             /regen                answer the last question again\n\
             /edit [TEXT]          edit the last question\n\
             /undo                 remove the last question and its answer\n\
             /system [TEXT]        show or set the system prompt\n\
             /save FILE            save the conversation (/save! overwrites)\n\
             /load FILE            resume a saved conversation\n\
             /examples [N]         list example prompts, or ask the Nth\n\
             /stats                show the token counts and speed of the last answer\n\
             /reset                start a new conversation\n\
             /help, /quit          show this list; leave (also Ctrl-D)\n\
             End a line with \\ to continue on the next; put \"\"\" around a message of several lines, or one that begins \
             with /.\n\
             Ctrl-C stops an answer; press it twice to leave.",
            "/alpha X              すべてのベクトルの強さを設定(0 = 素のモデル、大きいほど安全側)\n\
             /alpha 名前 X         ひとつのベクトルの強さを設定。/alpha だけなら現在の値を表示\n\
             /compare [文]         同じ文への回答を α = 0 と現在の α で比較(文を省くと最後の質問)\n\
             /sweep [文] [A..B]    同じ文への回答を複数の α で一行ずつ表示\n\
             /recompute            これまでの会話を現在の α で処理し直す\n\
             /vectors              読み込まれているベクトルを表示\n\
             /regen                最後の質問にもう一度答える\n\
             /edit [文]            最後の質問を書き直す\n\
             /undo                 最後の質問と回答を取り消す\n\
             /system [文]          システムプロンプトを表示・設定\n\
             /save ファイル        会話を保存(/save! は上書き)\n\
             /load ファイル        保存した会話を再開する\n\
             /examples [番号]      質問の例を表示、番号を付けると質問\n\
             /stats                直前の回答のトークン数と速さを表示\n\
             /reset                新しい会話を始める\n\
             /help, /quit          この一覧を表示、終了(Ctrl-D でも可)\n\
             行末に \\ を付けると次の行に続きます。\"\"\" で囲むと、複数行の文や / で始まる文を送れます。\n\
             Ctrl-C で回答を中断します。二度押すと終了します。",
        )
    }
}
