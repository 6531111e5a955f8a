//! Models that run: the engine on the demo model and on tiny models of every family.

mod common;

mod inference {
    mod architectures;
    mod demo_model;
    mod embedding;
    mod exact;
    mod explain;
    mod partial;
    mod scheduler;
    mod session;
    mod speculation;
    mod tokenizer;
}
