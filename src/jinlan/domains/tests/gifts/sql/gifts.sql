select sec.protect('gifts_gift', 'unit');
select sec.allow_writing('gifts_gift', array['team', 'branch', 'domain', 'all', 'compliance']);
select sec.track('gifts_gift', array['grams', 'search_text', 'pinyin_key']);
