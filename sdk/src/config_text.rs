//! Set, remove or list one server entry in a configuration text; all else stays byte for byte.
//! Never reads or writes a file.
