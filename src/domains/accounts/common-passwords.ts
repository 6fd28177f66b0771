/**
 * Whether a password is among those that are tried first: a word that many people choose, with or without the digits
 * and signs that many people add, a walk over the keyboard, or a pattern.
 */
export function isCommonPassword(password: string): boolean {
  const lower = password.toLowerCase()
  return isPattern(lower) || isKeyboardWalk(lower) || common.has(lower) || isDecoratedWord(lower)
}

/** What a word looks like without the disguises that everybody knows: P@ssw0rd is password. */
export function plainly(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[013457@$!]/g, (sign) => disguises[sign]!)
}

const disguises: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** A unit of up to four characters repeated, characters in their order, or a date in digits. */
function isPattern(lower: string): boolean {
  if (/^(.{1,4})\1+.{0,3}$/su.test(lower)) return true
  const codes = [...lower].map((character) => character.codePointAt(0)!)
  const steps = new Set(codes.slice(1).map((code, i) => code - codes[i]!))
  if (steps.size === 1) return true
  return /^(19|20)\d\d(0[1-9]|1[0-2])\d\d$|^\d\d(0[1-9]|1[0-2])(19|20)\d\d$|^(0[1-9]|1[0-2])\d\d(19|20)\d\d$/.test(
    lower,
  )
}

const walks = [
  '12345678901234567890',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
  'q1w2e3r4t5y6u7i8o9p0',
  'qazwsxedcrfvtgbyhnujmikolp',
  'abcdefghijklmnopqrstuvwxyz',
]
const walksBothWays = [...walks, ...walks.map((walk) => [...walk].toReversed().join(''))]

/** One walk, or two of at least three keys each, such as qwer1234. */
function isKeyboardWalk(lower: string): boolean {
  if (!/^[a-z0-9]+$/.test(lower)) return false
  const isWalk = (part: string) => walksBothWays.some((walk) => walk.includes(part))
  if (isWalk(lower)) return true
  for (let cut = 3; cut <= lower.length - 3; cut++) {
    if (isWalk(lower.slice(0, cut)) && isWalk(lower.slice(cut))) return true
  }
  return false
}

/** A common word, or a walk, with at most six digits and signs around it. */
function isDecoratedWord(lower: string): boolean {
  const bare = lower.replaceAll(/^[^\p{L}@$]+|[^\p{L}@$]+$/gu, '')
  if (lower.length - bare.length > 6) return false
  const readings = [bare, plainly(bare), plainly(lower), plainly(bare.replaceAll('1', 'l'))]
  return isKeyboardWalk(bare) || readings.some((word) => words.has(word) || words.has(halfOf(word)))
}

/** `monkey` of `monkeymonkey`. */
function halfOf(word: string): string {
  const half = word.slice(0, word.length / 2)
  return half + half === word ? half : ''
}

const list = (text: string) => new Set(text.trim().split(/\s+/))

/** Whole passwords of eight characters and more that none of the rules above would catch. */
const common = list(`
  trustno1 ncc1701d ncc1701e blink182 passw0rd passw0rd1 pa55word pa55w0rd p455w0rd password123 password1234 r2d2c3po
  thx1138a letmein1 letmein123 changeme1 welcome01 welcome123 qwerty123 qwerty12 qwerty1234 qwe123qwe 123qweasd
  qweasdzxc 123qwe123 asd123asd abc123abc a1b2c3d4 a1s2d3f4 zaq12wsx zaq1xsw2 1qazxsw2 aa123456 a1234567 a12345678
  q1234567 123456aa 123456ab 123456qq 147258369 159357456 741852963 963852741 789456123 456789123 321654987 112233445566
  11223344 12344321 12341234 1234554321 102030405060 10203040 77777778 88888889 13579246 24681357 31415926 27182818
  iloveyou1 iloveyou2 iloveyou! ihateyou iloveme1 loveyou1 whatever1 nothing1 whocares godisgood jesuschrist
  thisismypassword mypassword yourpassword nopassword newpassword oldpassword defaultpassword temppass temporary
  startrek starwars1 matrix123 pokemon123 naruto123 batman123 superman1 spiderman1 manchesterunited liverpoolfc
  chelseafc arsenalfc realmadrid fcbarcelona barcelona1 juventus1 correcthorsebatterystaple openup123 opensesame
  letmeinnow letmein1234 adminadmin administrator administrator1 rootroot toortoor guestguest testtest testtest1
  testuser testing123 test1234 test12345 user1234 demo1234 changeit changethis
`)

/** Words that people choose, alone or decorated. */
const words = list(`
  password passwort motdepasse contrasena contraseña senha parola wachtwoord haslo heslo salasana lozinka пароль
  welcome willkommen bienvenue bienvenido benvenuto welkom changeme change letmein letmeout default secret secrets secure
  security private access login logon signin signup admin administrator root superuser sysadmin system server database
  manager master guest test tester testing user username demo sample example temp temppass temporary office company
  computer internet network windows microsoft google facebook instagram twitter youtube linkedin yahoo hotmail gmail
  samsung iphone android nokia apple oracle cisco postgres mysql docker linux ubuntu
  qwerty qwertz azerty asdfgh asdf zxcvbn zxcv qazwsx qwer abc abcd abcde abcdef abcdefg abcabc aaa xxx zzz
  iloveyou iloveme ilove love lovely lover loverboy lovers loveme loveyou truelove sweetheart sweetie sweet honey
  babygirl babyboy baby babe darling angel angels princess prince queen king kingkong buddy friend friends forever
  sunshine rainbow butterfly flower flowers sunflower blossom chocolate cookie cookies cupcake candy banana orange cherry
  strawberry peaches pepper ginger cinnamon vanilla coffee cheese pumpkin
  monkey dragon tiger tigers lion lions eagle eagles falcon wolf wolves panther bear bears shark dolphin dolphins horse
  horses kitty kitten kittens puppy doggy rabbit bunny turtle spider scorpion phoenix unicorn elephant penguin chicken
  superman batman spiderman ironman captain superstar superhero wolverine deadpool hulk joker matrix starwars skywalker
  darthvader vader yoda jedi pokemon pikachu naruto goku dragonball minecraft fortnite roblox playstation xbox nintendo
  mario zelda warcraft counterstrike hello hellokitty helloworld snoopy garfield mickey disney simpsons homer bart
  football soccer baseball basketball hockey tennis golf rugby cricket swimming running skater surfer snowboard arsenal
  chelsea liverpool manchester barcelona juventus yankees lakers cowboys steelers packers redsox broncos raiders dodgers
  ferrari porsche mercedes corvette mustang camaro harley yamaha suzuki kawasaki toyota honda nissan bmw audi volkswagen
  charlie michael jordan michelle jessica jennifer daniel thomas robert andrew joshua matthew anthony george william
  nicole ashley amanda melissa hannah samantha elizabeth alexander alexandra christopher christian jonathan benjamin
  patrick martin maria marina natasha victoria sophie charlotte isabella gabriel gabriela fernando alejandro sebastian
  carlos antonio roberto ricardo francisco santiago valentina veronica monica sandra andrea claudia patricia barbara
  maggie molly buster bailey lucky shadow sparky rocky max tinkerbell precious diamond crystal silver golden gold money
  dollar million millionaire rich power powerful magic magical mystery freedom liberty america american england london
  newyork paris berlin germany deutschland france espana mexico brasil brazil canada australia california texas chicago
  boston dallas florida hawaii india pakistan nigeria russia moscow china japan tokyo
  january february march april may june july august september october november december spring summer autumn fall winter
  monday tuesday wednesday thursday friday saturday sunday christmas easter halloween birthday holiday vacation weekend
  jesus jesuschrist christ god godisgood bible heaven blessed blessing faith hope peace allah bismillah krishna
  whatever nothing anything something everything nobody who whoami unknown mustang slipknot metallica nirvana eminem
  beatles guitar music dance dancer singer trustno blink hunter killer assassin ninja samurai warrior soldier sniper
  ranger rangers hacker hacking thunder lightning storm fire ice blood death devil demon satan zombie vampire ghost
  cheater fuckyou fuckoff fuck asshole bitch pussy sexy sexygirl naked porn
`)
