/** Keys that proxies are known to alter. Each must reach S3 exactly as in the link. */
const HARD = [
  ...['with space.mov', ' leading space', 'trailing space ', 'two  spaces.mov', 'a+b.mov', '+', 'a b+c%20d.mov'],
  ...[
    '100%.mov',
    '%',
    '%%',
    'a%20b.mov',
    'a%2Fb.mov',
    'a%2fb.mov',
    'a%25b.mov',
    'a%2525b.mov',
    '%2e%2e/x.mov',
    '%00.mov',
  ],
  ...[
    'a//b.mov',
    'a///b.mov',
    'a//',
    'dir/',
    'a/./b.mov',
    'a/../b.mov',
    'a/b/..',
    'a/..',
    './x.mov',
    '.../x.mov',
    '.hidden',
    '..hidden',
  ],
  ...[
    'what?.mov',
    'a?b=c&d=e.mov',
    '?',
    'shot#1.mov',
    '#',
    'a&b=c.mov',
    'a;b:c@d,e.mov',
    "!$'()*~.mov",
    'a=b',
    '@',
    ':',
    'a:b/c:d',
  ],
  ...[
    '"q" <t> {b} [c] |^`.mov',
    'back\\slash.mov',
    '\\',
    'c:\\x.mov',
    'tab\tin.mov',
    'line\nfeed.mov',
    'return\r\nfeed.mov',
    'del\u007f.mov',
    '\u0001.mov',
  ],
  ...[
    'é.mov'.normalize('NFC'),
    'é.mov'.normalize('NFD'),
    'ÅÄÖ/ß.mov',
    '🎬/👩‍👩‍👧.mov',
    '映画/予告編.mov',
    'עברית.mov',
    'हिन्दी.mov',
    'ﬁ.mov',
    '\u200b.mov',
    '\ufeff.mov',
  ],
  ...['ping', 'ping/s3', 'favicon.ico', 'robots.txt', 'index.html', 'x'.repeat(255), 'x'.repeat(300), 'k'.repeat(1024)],
  ...[`${'d/'.repeat(511)}ab`, 'é'.normalize('NFC').repeat(512), '%'.repeat(1024), ' '.repeat(1024), '🎬'.repeat(256)],
];

/** Every printable ASCII character and some others, inside a name and between slashes. */
const CHARACTERS = [...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)), 'ü', '€', '🎬'];
const SHAPES = [(character: string) => `in${character}side.mov`, (character: string) => `seg/${character}/x`];

export const CORPUS = [
  ...new Set([...HARD, ...CHARACTERS.flatMap((character) => SHAPES.map((shape) => shape(character)))]),
];
