"""The embedded engine: tantivy in a folder, one writer, any number of readers in any process."""
