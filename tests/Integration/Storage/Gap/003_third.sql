create table third (id int);
