//! `--help` in Japanese. The English texts stand at the flags themselves; the Japanese ones stand here, by the flag's
//! name in the code, and replace them before the command line is read.

mod commands;
mod eval;
mod own;
mod shared;
#[cfg(test)]
mod tests;

use antidote::chat::filled;
use clap::builder::StyledStr;
use clap::{Arg, ArgAction, Command};

/// Names and what they are in Japanese.
type Texts = [(&'static str, &'static str)];

/// The help of a program that is not run on a terminal.
const WIDTH: usize = 100;

/// What is left for a text beside the flags, at least; else it stands below them.
const MIN_TEXT: usize = 36;

/// Flags stand two columns from the edge and from their text.
const GAP: usize = 2;

/// What `-x, ` takes.
const SHORT: usize = 4;

/// Where the text beside `--verbose...` begins at least, and where it may begin.
const VERBOSE: usize = GAP + SHORT + "--verbose...".len() + GAP;
const LONGEST: usize = 30;

/// Where a text begins that stands below its flag.
const BELOW: usize = 10;

fn find(texts: &Texts, name: &str) -> Option<&'static str> {
    texts.iter().find(|(key, _)| *key == name).map(|(_, text)| *text)
}

/// The text for the argument `id` of the subcommand `command`.
fn of_argument(command: &str, id: &str) -> Option<&'static str> {
    find(own::of(command), id).or_else(|| shared::SHARED.iter().find_map(|texts| find(texts, id)))
}

/// `program` as it explains itself in Japanese.
pub fn translated(program: Command) -> Command {
    let width = terminal_size::terminal_size().map_or(WIDTH, |(width, _)| usize::from(width.0));
    in_width(program, width)
}

/// The same on a terminal of `width` columns.
fn in_width(program: Command, width: usize) -> Command {
    let help = Command::new("help")
        .about("このヘルプ、または指定したコマンドのヘルプを表示します")
        .arg(Arg::new("command").num_args(0..).value_name("COMMAND").help("コマンド"));
    let program = command(program.disable_help_subcommand(true).subcommand(help), "", width);
    let longest = program.get_subcommands().map(|command| command.get_name().len()).max().unwrap_or_default();
    let room = width.saturating_sub(GAP + longest + GAP);
    program.mut_subcommands(|subcommand| {
        let name = subcommand.get_name().to_owned();
        let subcommand = command(subcommand, &name, width);
        // As the list of commands shows it.
        let about = subcommand.get_about().map(|about| filled(&about.to_string(), room));
        match about {
            Some(about) => subcommand.about(about),
            None => subcommand,
        }
    })
}

fn command(mut command: Command, name: &str, width: usize) -> Command {
    let usage = *command.get_styles().get_usage();
    let template = format!(
        "{{before-help}}{{about-with-newline}}\n{usage}使い方:{usage:#} {{usage}}\n\n{{all-args}}{{after-help}}"
    );
    // Lines are broken here: clap breaks between words only, and there are none.
    command = command.term_width(0).help_template(template).subcommand_help_heading("コマンド");
    if let Some(about) = find(commands::ABOUT, name) {
        command = command.about(filled(about, width));
    }
    if let Some(text) = find(commands::AFTER_HELP, name) {
        command = command.after_help(filled(text, width));
    }
    command = command.next_help_heading(None::<&str>).disable_help_flag(true).disable_version_flag(true).arg(flag(
        "help",
        'h',
        ArgAction::Help,
        "ヘルプを表示します",
    ));
    if name != "help" {
        command = command.arg(flag("version", 'V', ArgAction::Version, "バージョンを表示します"));
    }
    command = command.mut_args(|argument| {
        let heading = heading(&argument);
        argument.help_heading(heading)
    });
    let columns: Vec<(String, usize)> =
        command.get_arguments().map(|argument| (heading_of(argument), column(argument))).collect();
    command.mut_args(|argument| {
        let heading = heading_of(&argument);
        let column = columns.iter().filter(|(other, _)| *other == heading).map(|(_, column)| *column).max();
        // The program's own flags stand in every subcommand, among longer and shorter ones.
        let least = if name.is_empty() { LONGEST } else { VERBOSE };
        let column = column.unwrap_or_default().max(least);
        let is_below = column + MIN_TEXT > width;
        let room = width.saturating_sub(if is_below { BELOW } else { column });
        explained(argument, name, room).next_line_help(is_below)
    })
}

/// As clap's own flag, which cannot be given another text.
fn flag(name: &'static str, short: char, action: ArgAction, text: &'static str) -> Arg {
    Arg::new(name).short(short).long(name).action(action).help(text)
}

fn heading(argument: &Arg) -> &'static str {
    let english = argument.get_help_heading();
    english.and_then(|english| find(commands::HEADINGS, english)).unwrap_or(match argument.is_positional() {
        true => "引数",
        false => "オプション",
    })
}

fn heading_of(argument: &Arg) -> String {
    argument.get_help_heading().unwrap_or_default().to_owned()
}

/// Where the text beside `argument` begins, if no other is longer. Clap knows it too, but only once it reads a command line.
fn column(argument: &Arg) -> usize {
    let value: usize = match argument.get_action() {
        ArgAction::Count => "...".len(),
        action if action.takes_values() => {
            argument.get_value_names().into_iter().flatten().map(|name| " <>".len() + name.len()).sum()
        }
        _ => 0,
    };
    let flag = argument.get_long().map_or(0, |long| SHORT + "--".len() + long.len());
    GAP + flag + value + GAP
}

/// `argument` with its text and, in Japanese too, its default and its values.
fn explained(argument: Arg, command: &str, room: usize) -> Arg {
    let english = argument.get_help().map(StyledStr::to_string);
    let text = of_argument(command, argument.get_id().as_str()).map(str::to_owned).or(english).unwrap_or_default();
    let takes_values = argument.get_action().takes_values();
    let default: Vec<String> = match takes_values {
        true => argument.get_default_values().iter().map(|value| value.to_string_lossy().into_owned()).collect(),
        false => vec![],
    };
    let values: Vec<String> = match takes_values {
        true => argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect(),
        false => vec![],
    };
    let mut words = vec![text];
    if !default.is_empty() {
        words.push(format!("[既定値: {}]", default.join(" ")));
    }
    if !values.is_empty() {
        words.push(format!("[値: {}]", values.join(", ")));
    }
    let help = filled(&words.join(" "), room);
    // clap wants neither to be hidden where there is none.
    let takes_values = argument.get_action().takes_values();
    argument.hide_default_value(takes_values).hide_possible_values(takes_values).help(help)
}
