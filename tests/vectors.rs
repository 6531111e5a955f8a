//! Vectors, dumps and derivation, and the rooms of the sources: everything that needs no engine.

mod common;

mod vectors {
    mod demo_split;
    mod derive_cli;
    mod derive_golden;
    mod gguf_vectors;
    mod imports;
    mod rooms;
    mod sv_golden;
}
