//! Large pages for what ggml keeps in memory: weights in the order its kernels want them, caches and buffers. An answer
//! reads all weights once a token, and with pages of 4 KiB the processor spends a part of that time looking up where
//! they are (measured: 1.06 and 1.12 times the tokens per second on models of 0.37 B and 1.1 B).
//!
//! Linux gives large pages to whom asks for them, and ggml does not. It allocates with `posix_memalign`, which is
//! therefore defined here, before the C library's: the same memory, which `free` takes back as ever, with the request
//! added where it is large. The program defines it and not the library, because a symbol holds for all of a process.
#![allow(unsafe_code)]

use std::ffi::{c_int, c_void};

use libc::{EINVAL, ENOMEM, MADV_HUGEPAGE};

/// A large page, and the least memory for which one is asked. A few pages would gain nothing.
const HUGE_PAGE: usize = 2 << 20;
const LARGE: usize = 4 * HUGE_PAGE;

/// POSIX's `posix_memalign`.
///
/// # Safety
/// `out` must take a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_memalign(out: *mut *mut c_void, alignment: usize, size: usize) -> c_int {
    if !alignment.is_power_of_two() || !alignment.is_multiple_of(size_of::<*mut c_void>()) {
        return EINVAL;
    }
    let is_large = size >= LARGE;
    let alignment = if is_large { alignment.max(HUGE_PAGE) } else { alignment };
    // SAFETY: any power of two is an alignment to glibc; the caller promises that `out` takes a pointer. The request is
    // about whole pages of memory that is ours since this very call, and changes nothing but how it is mapped.
    unsafe {
        let memory = libc::memalign(alignment, size);
        if memory.is_null() {
            return ENOMEM;
        }
        if is_large {
            // Refused where the system has none; then everything is as it was.
            libc::madvise(memory, size & !(HUGE_PAGE - 1), MADV_HUGEPAGE);
        }
        *out = memory;
    }
    0
}

/// Linked in even where nothing of this file is called from Rust.
#[used]
static KEPT: unsafe extern "C" fn(*mut *mut c_void, usize, usize) -> c_int = posix_memalign;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_aligned_usable_and_taken_back() {
        for size in [1, 100, LARGE - 1, LARGE, LARGE + 12345] {
            for alignment in [8, 64, 4096] {
                let mut memory = std::ptr::null_mut();
                // SAFETY: `memory` takes a pointer; what it points to has `size` bytes and is freed once.
                unsafe {
                    assert_eq!(posix_memalign(&raw mut memory, alignment, size), 0);
                    assert!(memory.addr().is_multiple_of(alignment), "{size} bytes at {memory:?}");
                    memory.cast::<u8>().write_bytes(7, size);
                    assert_eq!(memory.cast::<u8>().add(size - 1).read(), 7);
                    libc::free(memory);
                }
            }
        }
        let mut memory = std::ptr::null_mut();
        for alignment in [0, 3, 4, 24] {
            // SAFETY: `memory` takes a pointer.
            assert_eq!(unsafe { posix_memalign(&raw mut memory, alignment, 100) }, EINVAL, "{alignment}");
        }
    }
}
