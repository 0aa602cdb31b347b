"""Reading files of content: native rows, foreign rows through mapping files, the import loop, and writing rows back."""
