-- Indicators are made of all clients: for those who see the whole bank. The nightly job alone writes them.
select sec.protect('work_indicatorvalue', 'whole');
