//! Models that run: the engine on the demo model and on tiny models of every family.

mod common;

mod inference {
    mod architectures;
    mod demo_model;
    mod exact;
    mod explain;
    mod parallel;
    mod partial;
    mod session;
    mod speculation;
    mod tokenizer;
}
