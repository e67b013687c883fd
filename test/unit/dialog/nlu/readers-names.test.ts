import { names, question, read } from './readers-support.js';

describe('a name that was asked for', () => {
  test.each([
    ['Ada Lovelace', 'Ada Lovelace'],
    ['ada lovelace.', 'Ada Lovelace'],
    ["It's Ada Lovelace", 'Ada Lovelace'],
    ['my name is Ada Lovelace, thank you', 'Ada Lovelace'],
    ['um, yes, this is Grace Hopper speaking', 'Grace Hopper'],
    ['grace hopper', 'Grace Hopper'],
    ['A D A', 'Ada'],
    ['A. D. A.', 'Ada'],
    ['Ada, A D A', 'Ada'],
    ['Aida, A, D, A, Lovelace, L O V E L A C E', 'Ada Lovelace'],
    ['H O double P E R', 'Hopper'],
    ['B as in Bravo, O, B', 'Bob'],
    ['jay ay en ee', 'Jane'],
    ["Conor O'Brien", "Conor O'Brien"],
    ['Bob love-lace', 'Bob Lovelace'],
    ['Mary Smith-Jones', 'Mary Smith-Jones'],
    ['mary smith-jones', 'Mary Smith-Jones'],
    ['Ana María López', 'Ana María López'],
    ['My name is Christian, Boyd.', 'Christian Boyd'],
    ['No, my name is Robert. Martin.', 'Robert Martin'],
    ['Ada, thank you.', 'Ada'],
    ['L. A. U. R. A. T. H. O. M. P. S. O. N.', 'Laura Thompson'],
    ['G. I. U. S. E. P. P. E.', 'Giuseppe'],
    ['bob', 'Bob'],
    ["this is Dr. O'Neill", "O'Neill"],
    ['john smith that is s m y t h', 'John Smyth'],
    ['my name is maria del carmen garcia lopez', 'Maria Del Carmen Garcia Lopez'],
    ['you can call me al', 'Al'],
    ['will', 'Will'],
    ['jesús muñoz', 'Jesús Muñoz'],
    ['the name is bond james bond', 'James Bond'],
    ['smith, first name john', 'John Smith'],
    ["it's for my daughter emma brown", 'Emma Brown'],
    ['xu', 'Xu'],
    ['ng', 'Ng'],
    ['summer august', 'Summer August'],
    ['tuesday weld', 'Tuesday Weld'],
    ['wednesday addams', 'Wednesday Addams'],
    ['hi i am anna', 'Anna'],
    ["i'm calling for peter parker", 'Peter Parker'],
    ['the first name is wu and the last name is li', 'Wu Li'],
    ['a d a space l o v e l a c e', 'Ada Lovelace'],
    ['chris', 'Chris'],
    ['gonna be lucy liu', 'Lucy Liu'],
    ['it would be under henderson', 'Henderson'],
    ["Priya Patel it's", 'Priya Patel'],
    ['priya patel', 'Priya Patel'],
    ['for Maria Lopez', 'Maria Lopez'],
    ['Keller, first name Anna', 'Anna Keller'],
    ['put it under keller', 'Keller'],
    ['for my daughter Ida Keller', 'Ida Keller'],
    ['jan van der berg', 'Jan Van Der Berg'],
    ['sean mcenroe', 'Sean McEnroe'],
    ['thandiwe nkosi', 'Thandiwe Nkosi'],
    ['oluwaseun adebayo', 'Oluwaseun Adebayo'],
    ["je m'appelle pierre", 'Pierre'],
    ['ich heisse klaus', 'Klaus'],
    ['me llamo jose garcia', 'Jose Garcia'],
    ['uh it is um tom baker', 'Tom Baker'],
    ['sure, that would be Nguyen, first name Linh', 'Linh Nguyen'],
    ['martin luther king', 'Martin Luther King'],
    ['emma stone', 'Emma Stone'],
    ['mr baker', 'Baker'],
    ['last name garcia first name luis', 'Luis Garcia'],
    ['sofia with an f', 'Sofia'],
    ['kathryn with a k', 'Kathryn'],
    ['hello this is maria gonzalez', 'Maria Gonzalez'],
    ['deborah please', 'Deborah'],
    ['yeah it is Theodora Papadakis', 'Theodora Papadakis'],
    ['my name would be Kwabena Asante', 'Kwabena Asante'],
    ['last name is Vandermeer', 'Vandermeer'],
    ['this is professor Langley', 'Langley'],
    ['my first name is Ling my last name is Zhao', 'Ling Zhao'],
    ["d'angelo russell", "D'Angelo Russell"],
    ['juan carlos de la cruz', 'Juan Carlos De La Cruz'],
    ['its for my grandson leo fischer', 'Leo Fischer'],
    ['watson w a t s o n', 'Watson'],
    ['lisa w o n g', 'Lisa Wong'],
    ['mein name ist jürgen', 'Jürgen'],
    ['it should be under my wife nina simone', 'Nina Simone'],
    ['april june', 'April June'],
    ['peter fox here', 'Peter Fox'],
    ['aoife ni bhriain', 'Aoife Ni Bhriain'],
    ['the name on the account is lisa wong', 'Lisa Wong'],
  ])('%s: %s', (said, name) => expect(names(said)).toEqual([name]));

  test.each(
    `uh|um let me see|hmm|hurry up|same as before|the same|do you need my last name too|you already have it|i'd rather not say|never|oh my god|come on
    are you kidding|what the hell|jesus christ|god bless you|my name|it's on file|be quiet|is this recorded|i am a student|i am not a student|i'm in a hurry|i'm sorry
    it's raining|it's complicated|it's private|it's me|it's me again|this is taking forever|anonymous|unknown|nobody|hello robin|call me on my cell|yes that's right
    louder please|no spanish|i spell it|like the actor|honey not now|turn that down|sorry my dog|the doctor|dean's office|freshman|senior|call me back later
    student number one two three four|what was that|none of your business|no name|yes|what do you mean|I want to book|tomorrow at ten|x||three|stop it|two minutes mom
    i will be right back|my dog is barking|what name|anything you like|let me spell it|what is this|never mind|good morning|whatever|i guess|not quite|wait a minute
    i don't want to say|can you hear me|who is this|it doesn't matter|say that again|make it saturday|the first one|for free|time flies|at home|that is strange
    i told you already|why do you need it|is that necessary|hold on a second|i forgot|skip it|a different time|banana|bla bla bla|blah blah blah|shut up|person please
    my son is sick|it's about housing|transfer credits|friday|five five five one two|thank you|you're welcome|nice to meet you|go ahead|i am busy|no comment|ask my wife
    just a second|somebody else|it's for me|for myself|she's my sister|this is ridiculous|that's not important|i'm calling about my appointment|i'm at work
    can we skip that|what for|that's personal|my mother's maiden name|wait let me grab my wallet|good lord|holy cow|it is hard to spell|like the president|for my dog
    i'm driving|ask me later|actually make it nine|on thursday|you have a nice voice|my phone is dying|the usual|they told me to call|i'm a new customer|im lost|yikes|dang it`
      .split(/\||\n\s*/)
      .map((said) => [said]),
  )('"%s" is no name', (said) => expect(names(said)).toEqual([]));

  test('a name is bounded', () => expect((names('a'.repeat(500))[0] ?? '').length).toBeLessThanOrEqual(60));
});

describe('a name within a sentence needs its introduction', () => {
  test.each([
    ['book me tomorrow, my name is Ada Lovelace and I am new', ['Ada Lovelace']],
    ['I need an appointment tomorrow at ten for a degree audit my name is John Smith', ['John Smith']],
    ['book an appointment for december eighth at 3 pm transfer credits for Tom Baker', ['Tom Baker']],
    ["hi my name is tom and i'd like to see someone", ['Tom']],
    ['this is maria i need an appointment', ['Maria']],
    ['Hi, this is Maria Lopez, I would like to book', ['Maria Lopez']],
    ['I would like to book an appointment', []],
    ['this is about my grades', []],
    ["i'm sick", []],
    ["it's urgent", []],
    ['my professor told me to make an appointment with you', []],
    ['can I do friday for an hour', []],
    ['i need to see someone for my taxes', []],
    ['call me back on monday', []],
    ['is there anything for children', []],
    ['Ada Lovelace speaking, can I come in', ['Ada Lovelace']],
    ['an appointment for my son Noah Miller please', ['Noah Miller']],
    ['my name is hope winters and i lost my card', ['Hope Winters']],
  ])('%s: %j', (said, found) => expect(names(said, question('matter'))).toEqual(found));
});

describe('a name that was read back', () => {
  const confirm = question('yes_no', { asked: { name: 'John Smyth', date: '2026-12-08', minute: 840 } });
  test.each([
    ['i said smith not smyth', ['Smith', '-Smyth']],
    ["it's Gomez not Lopez", ['Gomez', '-Lopez']],
    ["no, it's not Lopez, it's Gomez", ['-Lopez', 'Gomez']],
    ['my last name is spelled s m i t h', ['Smith']],
    ['no smith', ['Smith']],
    ['yes', []],
    ['it is the wrong day', []],
    ['that is my old name', []],
    ["it is my sister's name", []],
    ['it is too early', []],
    ['yes mom i am on the phone', []],
    ['no not tuesday', []],
    ['no, the name is Jon Smythe', ['Jon Smythe']],
  ])('%s: %j', (said, found) => expect(names(said, confirm)).toEqual(found));

  test('only the part that was corrected is named', () => {
    const asked = question('yes_no', { asked: { name: 'Ada Lovelace' } });
    expect(read('my last name is spelled l o v e l i s', asked)).toContainEqual(
      expect.objectContaining({ type: 'name', name: 'Lovelis', part: 'family', source: 'spelled' }),
    );
    expect(read("no, ada's fine but it's lovelass", asked)).toContainEqual(
      expect.objectContaining({ type: 'name', name: 'Lovelass', part: 'family' }),
    );
  });
});

test('whose name it is', () => {
  expect(read('for my daughter Ida Keller', question('name'))).toContainEqual(
    expect.objectContaining({ type: 'name', name: 'Ida Keller', whose: 'daughter' }),
  );
  expect(read("my son's name is Tom Baker", question('matter'))).toContainEqual(
    expect.objectContaining({ type: 'name', name: 'Tom Baker', whose: 'son' }),
  );
  expect(read("it's for my wife, her name is Eva Stone", question('name'))).toContainEqual(
    expect.objectContaining({ type: 'name', name: 'Eva Stone', whose: 'wife' }),
  );
});

test('an unlisted name is taken and said to be unlisted', () => {
  const [mention] = read('Zbyszek Okonma', question('name'));
  expect(mention).toMatchObject({ type: 'name', name: 'Zbyszek Okonma', known: false });
});
