-- The words that ranked search knows, each with the texts it stands in: filled whenever a release is made.
CREATE TABLE search_vocabulary (token VARCHAR NOT NULL, texts BIGINT NOT NULL);
