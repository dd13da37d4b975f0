-- The words of the index, so that a search need not read the postings of every part of a word to learn which it knows.
DELETE FROM search_vocabulary;
INSERT INTO search_vocabulary SELECT token, count(*) AS texts FROM search_postings GROUP BY token ORDER BY token;
