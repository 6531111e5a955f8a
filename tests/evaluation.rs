//! Evaluations: attacks, defences, judges, the command and its report.

mod common;

mod evaluation {
    mod command;
    mod parts;
    mod report;
}
