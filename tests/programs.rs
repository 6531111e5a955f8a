//! The programs as people and scripts use them, on good days and on bad ones.

mod common;

mod programs {
    mod bad_input;
    mod chat;
    mod chat_bad_days;
    mod chat_config;
    mod chat_grammar;
    mod chat_history;
    mod chat_templates;
    mod closed_output;
    mod conditions;
    mod disk_full;
    mod dump;
    mod faults;
    mod hostile_models;
    mod japanese;
    mod prompt_files;
    mod tampered_headers;
    mod terminal;
    mod tune;
    mod what_people_write;
}
