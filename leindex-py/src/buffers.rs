//! Bytes that Python sees without a copy, by the buffer protocol. Read-only: what they show never changes.

use std::ffi::{CStr, c_int, c_void};
use std::ops::Range;
use std::ptr;
use std::sync::Arc;

use leindex_db::store::SealedFile;
use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

/// Memory that lives as long as somebody holds it.
#[derive(Clone)]
pub(crate) enum Held {
    /// A part of what lies in this process.
    Owned(Arc<[u8]>, Range<usize>),
    /// A part of a sealed file of ours, mapped.
    Mapped(Arc<SealedFile>, Range<usize>),
}

impl Held {
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Owned(bytes, range) => bytes.get(range.clone()).unwrap_or(&[]),
            Self::Mapped(file, range) => (**file).as_ref().get(range.clone()).unwrap_or(&[]),
        }
    }
}

/// Read-only bytes with the buffer protocol: `memoryview(x)`, `bytes(x)`, `numpy.frombuffer(x)`.
#[pyclass(frozen, name = "Bytes", module = "leindex_rust")]
pub(crate) struct Bytes {
    held: Held,
}

impl Bytes {
    pub(crate) fn new(held: Held) -> Self {
        Self { held }
    }
}

#[pymethods]
impl Bytes {
    fn __len__(&self) -> usize {
        self.held.bytes().len()
    }

    fn __repr__(&self) -> String {
        format!("<Bytes of {} bytes>", self.held.bytes().len())
    }

    /// # Safety
    ///
    /// Called by Python with a view to fill.
    #[expect(unsafe_code, reason = "the buffer protocol is one of C")]
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        let bytes = slf.get().held.bytes();
        let (start, length) = (bytes.as_ptr(), bytes.len());
        // SAFETY: the view is Python's; it takes a reference to `slf`, which holds the bytes, and they neither move nor
        // change as long as it lives.
        let filled =
            unsafe { ffi::PyBuffer_FillInfo(view, slf.as_ptr(), start.cast_mut().cast::<c_void>(), length.cast_signed(), 1, flags) };
        if filled == 0 { Ok(()) } else { Err(PyErr::fetch(slf.py())) }
    }
}

/// Vectors as one matrix, a row each: a read-only buffer of float32 over a mapped file. `ids` has the rows' symbols.
#[pyclass(frozen, name = "Embeddings", module = "leindex_rust")]
pub(crate) struct Embeddings {
    vectors: Held,
    /// Rows and columns, where Python can point at them.
    shape: Box<[ffi::Py_ssize_t; 2]>,
    strides: Box<[ffi::Py_ssize_t; 2]>,
    #[pyo3(get)]
    ids: Py<Bytes>,
    #[pyo3(get)]
    model: String,
    #[pyo3(get)]
    revision: String,
}

const FLOAT: &CStr = c"f";

impl Embeddings {
    pub(crate) fn new(vectors: Held, dimension: usize, ids: Py<Bytes>, model: String, revision: String) -> Self {
        let width = dimension.max(1) * size_of::<f32>();
        let rows = vectors.bytes().len() / width;
        let shape = Box::new([rows.cast_signed(), dimension.cast_signed()]);
        let strides = Box::new([width.cast_signed(), size_of::<f32>().cast_signed()]);
        Self { vectors, shape, strides, ids, model, revision }
    }
}

#[pymethods]
impl Embeddings {
    #[getter]
    fn rows(&self) -> isize {
        self.shape[0]
    }

    #[getter]
    fn dimension(&self) -> isize {
        self.shape[1]
    }

    fn __len__(&self) -> usize {
        self.shape[0].cast_unsigned()
    }

    fn __repr__(&self) -> String {
        format!("<Embeddings {} × {} by {}>", self.shape[0], self.shape[1], self.model)
    }

    /// # Safety
    ///
    /// Called by Python with a view to fill.
    #[expect(unsafe_code, reason = "the buffer protocol is one of C")]
    unsafe fn __getbuffer__(slf: Bound<'_, Self>, view: *mut ffi::Py_buffer, flags: c_int) -> PyResult<()> {
        if view.is_null() {
            return Err(PyBufferError::new_err("there is no view to fill"));
        }
        if flags & ffi::PyBUF_WRITABLE == ffi::PyBUF_WRITABLE {
            return Err(PyBufferError::new_err("vectors are read-only; copy them to change them"));
        }
        let this = slf.get();
        let bytes = this.vectors.bytes();
        let wants = |flag: c_int| flags & flag == flag;
        // SAFETY: the view is Python's and not null. It takes a reference to `slf`, which holds the bytes, the shape and the
        // strides behind boxes: none of them moves or changes as long as it lives. The format is static.
        unsafe {
            (*view).buf = bytes.as_ptr().cast_mut().cast::<c_void>();
            (*view).len = bytes.len().cast_signed();
            (*view).readonly = 1;
            (*view).itemsize = size_of::<f32>().cast_signed();
            (*view).format = if wants(ffi::PyBUF_FORMAT) { FLOAT.as_ptr().cast_mut() } else { ptr::null_mut() };
            (*view).ndim = if wants(ffi::PyBUF_ND) { 2 } else { 1 };
            (*view).shape = if wants(ffi::PyBUF_ND) { this.shape.as_ptr().cast_mut() } else { ptr::null_mut() };
            (*view).strides = if wants(ffi::PyBUF_STRIDES) { this.strides.as_ptr().cast_mut() } else { ptr::null_mut() };
            (*view).suboffsets = ptr::null_mut();
            (*view).internal = ptr::null_mut();
            (*view).obj = slf.into_any().into_ptr();
        }
        Ok(())
    }
}
