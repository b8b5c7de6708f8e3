create table shelves (
  id int primary key,
  label text not null
);
