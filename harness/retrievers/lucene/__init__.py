"""Apache Lucene as Anserini drives it, in a process of its own."""
