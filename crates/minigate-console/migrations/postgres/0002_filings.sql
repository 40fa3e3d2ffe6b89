CREATE TABLE filing (
    domain TEXT COLLATE "C" PRIMARY KEY,
    licence TEXT NOT NULL
);
