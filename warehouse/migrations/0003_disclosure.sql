-- Figures of the disclosure annual reports (政府信息公开年报), where somebody has them.
CREATE TABLE disclosure (
    region_code VARCHAR NOT NULL, year INTEGER NOT NULL, indicator VARCHAR NOT NULL, value DOUBLE NOT NULL,
    source VARCHAR
);
