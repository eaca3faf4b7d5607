-- A data key is in sight where its party is: who may open an identifier needs it, and alone it opens nothing.
select sec.protect('clients_partykey', 'detail');
