//! How families of models mark their thinking, as their public chat templates write it.

use super::marks::Marks;

/// Marks that name only what they need.
const NO_MARKS: Marks = Marks {
    open: "",
    close: "",
    answer: &[],
    lead: &[],
    between: &[],
    end: &[],
    tokens: &[],
    signs: &[],
    counts_unnamed: true,
};

/// Qwen, DeepSeek, SmolLM, GLM and most others.
pub(super) static THINK: Marks = Marks {
    open: "<think>",
    close: "</think>",
    tokens: &["<think>", "</think>"],
    signs: &["<think>", "</think>"],
    ..NO_MARKS
};

/// Granite 3.3, which is told to put its answer between tags, too.
pub(super) static THINK_AND_RESPONSE: Marks = Marks {
    open: "<think>",
    close: "</think>",
    between: &["<response>"],
    end: &["</response>"],
    signs: &["<response></response>"],
    counts_unnamed: false,
    ..NO_MARKS
};

/// Magistral and Ministral.
pub(super) static BRACKETS: Marks = Marks {
    open: "[THINK]",
    close: "[/THINK]",
    tokens: &["[THINK]", "[/THINK]"],
    signs: &["[THINK]", "[/THINK]"],
    ..NO_MARKS
};

/// The channels of gpt-oss ("harmony"). What is said in its commentary is for people, as long as it calls no tool.
pub(super) static CHANNELS: Marks = Marks {
    open: "<|channel|>analysis<|message|>",
    close: "<|end|>",
    answer: &[
        "<|channel|>final<|message|>",
        "<|channel|>final <|constrain|>json<|message|>",
        "<|channel|>commentary<|message|>",
    ],
    lead: &["<|channel|>final<|message|>", "<|channel|>final <|constrain|>json<|message|>"],
    between: &["<|start|>assistant"],
    tokens: &["<|channel|>", "<|message|>", "<|end|>", "<|start|>", "<|constrain|>"],
    signs: &["<|channel|>analysis<|message|>", "<|channel|>final<|message|>", "<|channel|>commentary<|message|>"],
    ..NO_MARKS
};

/// Gemma 4: a channel that is opened and closed. `<|think|>` in its system turn is a switch, no mark.
pub(super) static GEMMA: Marks = Marks {
    open: "<|channel>thought",
    close: "<channel|>",
    tokens: &["<|channel>", "<channel|>"],
    signs: &["<|channel>", "<channel|>"],
    ..NO_MARKS
};

/// Command R7B and Command A: the answer is marked as well.
pub(super) static COMMAND: Marks = Marks {
    open: "<|START_THINKING|>",
    close: "<|END_THINKING|>",
    answer: &["<|START_RESPONSE|>"],
    lead: &["<|START_RESPONSE|>"],
    end: &["<|END_RESPONSE|>"],
    tokens: &["<|START_THINKING|>", "<|END_THINKING|>", "<|START_RESPONSE|>", "<|END_RESPONSE|>"],
    signs: &["<|START_THINKING|>", "<|START_RESPONSE|>"],
    ..NO_MARKS
};

/// Cohere's later models, whose answers are marked as every text is.
pub(super) static COMMAND_TEXT: Marks = Marks {
    open: "<|START_THINKING|>",
    close: "<|END_THINKING|>",
    answer: &["<|START_TEXT|>"],
    lead: &["<|START_TEXT|>"],
    end: &["<|END_TEXT|>"],
    tokens: &["<|START_THINKING|>", "<|END_THINKING|>", "<|START_TEXT|>", "<|END_TEXT|>"],
    signs: &["<|START_TEXT|>"],
    ..NO_MARKS
};

/// Seed-OSS. The reflections on its budget are part of the thought.
pub(super) static SEED: Marks = Marks {
    open: "<seed:think>",
    close: "</seed:think>",
    tokens: &["<seed:think>", "</seed:think>"],
    signs: &["<seed:think>", "</seed:think>"],
    ..NO_MARKS
};

/// Apertus.
pub(super) static APERTUS: Marks = Marks {
    open: "<|inner_prefix|>",
    close: "<|inner_suffix|>",
    tokens: &["<|inner_prefix|>", "<|inner_suffix|>"],
    signs: &["<|inner_prefix|>", "<|inner_suffix|>"],
    ..NO_MARKS
};

/// Granite 3.2: plain words, which any text may hold, so the template must ask for them.
pub(super) static WORDS: Marks = Marks {
    open: "Here is my thought process:",
    close: "Here is my response:",
    signs: &["Here is my response:"],
    counts_unnamed: false,
    ..NO_MARKS
};

/// Apriel.
pub(super) static STEPS: Marks = Marks {
    open: "Here are my reasoning steps:",
    close: "[BEGIN FINAL RESPONSE]",
    end: &["[END FINAL RESPONSE]"],
    tokens: &["[BEGIN FINAL RESPONSE]", "[END FINAL RESPONSE]"],
    signs: &["[BEGIN FINAL RESPONSE]"],
    counts_unnamed: false,
    ..NO_MARKS
};

/// Kimi VL Thinking and Kimi Dev.
pub(super) static TRIANGLES: Marks = Marks {
    open: "◁think▷",
    close: "◁/think▷",
    tokens: &["◁think▷", "◁/think▷"],
    signs: &["◁think▷", "◁/think▷"],
    ..NO_MARKS
};

/// Kimi K3, whose template puts its tags together.
pub(super) static OPEN_TAGS: Marks = Marks {
    open: "<|open|>think<|sep|>",
    close: "<|close|>think<|sep|>",
    answer: &["<|open|>response<|sep|>"],
    lead: &["<|open|>response<|sep|>"],
    end: &["<|close|>response<|sep|>"],
    tokens: &["<|open|>", "<|close|>", "<|sep|>"],
    signs: &["<|open|>"],
    ..NO_MARKS
};

/// Hunyuan 3, whose template puts its tags together.
pub(super) static HUNYUAN: Marks = Marks {
    open: "<think:opensource>",
    close: "</think:opensource>",
    tokens: &["<think:opensource>", "</think:opensource>"],
    signs: &[":opensource"],
    ..NO_MARKS
};

/// MiniMax M3.
pub(super) static MINIMAX: Marks = Marks {
    open: "<mm:think>",
    close: "</mm:think>",
    tokens: &["<mm:think>", "</mm:think>"],
    signs: &["<mm:think>", "</mm:think>"],
    ..NO_MARKS
};

/// MiniCPM 3.
pub(super) static THOUGHT: Marks = Marks {
    open: "<|thought_start|>",
    close: "<|thought_end|>",
    tokens: &["<|thought_start|>", "<|thought_end|>"],
    signs: &["<|thought_start|>", "<|thought_end|>"],
    ..NO_MARKS
};

/// Solar Open: turns of the assistant for its thought and its content.
pub(super) static SOLAR: Marks = Marks {
    open: "<|think|>",
    close: "<|end|>",
    answer: &["<|content|>"],
    lead: &["<|content|>"],
    between: &["<|begin|>assistant"],
    tokens: &["<|think|>", "<|end|>", "<|content|>", "<|begin|>"],
    signs: &["<|begin|>assistant<|think|>"],
    counts_unnamed: false,
    ..NO_MARKS
};

/// Muse: turns of the assistant to itself and to the user.
pub(super) static RECIPIENTS: Marks = Marks {
    open: "to=self<|message|>",
    close: "<|eom|>",
    answer: &["to=user<|message|>"],
    lead: &["to=user<|message|>"],
    between: &["<|start|>assistant"],
    tokens: &["<|message|>", "<|eom|>", "<|start|>"],
    signs: &["to=self<|message|>"],
    counts_unnamed: false,
    ..NO_MARKS
};

/// All of them. Where two begin alike, the first counts.
pub(super) static KNOWN: [&Marks; 18] = [
    &THINK_AND_RESPONSE,
    &THINK,
    &BRACKETS,
    &CHANNELS,
    &GEMMA,
    &COMMAND,
    &COMMAND_TEXT,
    &SEED,
    &APERTUS,
    &WORDS,
    &STEPS,
    &TRIANGLES,
    &OPEN_TAGS,
    &HUNYUAN,
    &MINIMAX,
    &THOUGHT,
    &SOLAR,
    &RECIPIENTS,
];
