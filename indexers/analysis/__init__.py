"""One token stream for every search engine: folding, words, bigrams, characters, 文号, pinyin, synonyms."""
