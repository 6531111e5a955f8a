//! How this project touches the disk: files are read through a memory map and written whole or not at all.

mod atomic;
mod bus_error;
mod mapped;
mod sampled_hash;

pub use atomic::{AtomicFile, write_atomically};
pub(crate) use atomic::{folder_of, sync_folder};
pub use bus_error::on_bus_error;
pub use mapped::MappedFile;
pub use sampled_hash::sampled_hash;
