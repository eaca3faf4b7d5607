-- What the whole bank brings is for those who see the whole bank.
select sec.protect('serving_banktotal', 'whole');
