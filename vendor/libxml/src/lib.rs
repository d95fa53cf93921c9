// SPDX-License-Identifier: GPL-2.0-or-later
//! In the place of the bindings to libxml2, a C library with headers that every machine that builds would need.
//! `hurl_core` calls it to find where a body in XML ends; here every XML is refused, so that such a file is not read and
//! says so. Nothing in it is unsafe: no pointer is followed.
//!
//! Must not do more than that.

/// The names that `hurl_core` uses, as libxml2's header `parser.h` has them.
#[allow(non_camel_case_types, non_snake_case, missing_docs, clippy::missing_safety_doc)]
pub mod bindings {
    use std::ffi::{c_char, c_int, c_void};

    pub type xmlChar = u8;
    pub type xmlSAXHandlerPtr = *mut xmlSAXHandler;

    pub const XML_SAX2_MAGIC: u32 = 0xDEED_BEAF;

    /// What is parsed; there is none.
    pub enum xmlParserCtxt {}

    type Unused = Option<unsafe extern "C" fn()>;
    type OfDocument = Option<unsafe extern "C" fn(*mut c_void)>;
    type EndOfElement =
        Option<unsafe extern "C" fn(*mut c_void, *const xmlChar, *const xmlChar, *const xmlChar)>;
    type StartOfElement = Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const xmlChar,
            *const xmlChar,
            *const xmlChar,
            c_int,
            *mut *const xmlChar,
            c_int,
            c_int,
            *mut *const xmlChar,
        ),
    >;

    pub struct xmlSAXHandler {
        pub internalSubset: Unused,
        pub isStandalone: Unused,
        pub hasInternalSubset: Unused,
        pub hasExternalSubset: Unused,
        pub resolveEntity: Unused,
        pub getEntity: Unused,
        pub entityDecl: Unused,
        pub notationDecl: Unused,
        pub attributeDecl: Unused,
        pub elementDecl: Unused,
        pub unparsedEntityDecl: Unused,
        pub setDocumentLocator: Unused,
        pub startDocument: OfDocument,
        pub endDocument: OfDocument,
        pub startElement: Unused,
        pub endElement: Unused,
        pub reference: Unused,
        pub characters: Unused,
        pub ignorableWhitespace: Unused,
        pub processingInstruction: Unused,
        pub comment: Unused,
        pub warning: Unused,
        pub error: Unused,
        pub fatalError: Unused,
        pub getParameterEntity: Unused,
        pub cdataBlock: Unused,
        pub externalSubset: Unused,
        pub initialized: u32,
        pub _private: *mut c_void,
        pub startElementNs: StartOfElement,
        pub endElementNs: EndOfElement,
        pub serror: Unused,
    }

    /// No parser.
    pub unsafe fn xmlCreatePushParserCtxt(
        _: xmlSAXHandlerPtr,
        _: *mut c_void,
        _: *const c_char,
        _: c_int,
        _: *const c_char,
    ) -> *mut xmlParserCtxt {
        std::ptr::null_mut()
    }

    /// Always an error, `XML_ERR_INTERNAL_ERROR`.
    pub unsafe fn xmlParseChunk(_: *mut xmlParserCtxt, _: *const c_char, _: c_int, _: c_int) -> c_int {
        1
    }

    /// Nothing to free.
    pub unsafe fn xmlFreeParserCtxt(_: *mut xmlParserCtxt) {}
}
