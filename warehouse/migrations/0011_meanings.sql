-- What names and columns mean, as rows: a lake keeps no comments of macros, nor of the columns of views.
CREATE TABLE meanings (name VARCHAR, column_name VARCHAR, meaning VARCHAR NOT NULL);
