/** What the shop sells. Both builds read it, so that a redesign changes the page and not the goods. */

const reviews = [
  ["Ingrid S.", 5, "Eleven days of wet heather and it looks as it did on the first."],
  ["Tomasz W.", 4, "Honest weight. The catalogue says what the scale says, for once."],
  ["Maeve O.", 5, "Sent it in for a seam after three years; it came back with a note and no bill."],
  ["Pradeep K.", 3, "Very good, but order half a size up if you wear thick socks."],
  ["Lotte V.", 5, "My third from here. The first one is still going, my sister has it."],
  ["Callum R.", 4, "Quiet fabric. You notice it when everyone else rustles."],
  ["Aiko M.", 5, "Packs down smaller than the picture suggests."],
  ["Bruno F.", 4, "The colour is a little deeper than on my display, and better for it."],
];

export const products = [
  {
    slug: "ridgeline-38", name: "Ridgeline 38", kind: "Pack", price: 189, weight: "1.18 kg", rating: 4.7,
    picture: "ridgeline-38.svg", scene: "dawn.webp", sizes: ["S", "M", "L"],
    blurb: "A pack for the days that turn into three. One big room, two quick doors, and a frame that carries the weight where you are strong.",
    facts: ["Aluminium stay, bent to your back in the shop", "Lid comes off and becomes a day bag", "Side doors you can reach while walking"],
    specs: [["Volume", "38 litres"], ["Weight", "1.18 kg"], ["Fabric", "210D recycled ripstop"], ["Back length", "44 to 54 cm"]],
    care: "Sponge with cold water. Never tumble dry: the coating on the inside keeps you dry for ten years if it stays cool.",
  },
  {
    slug: "larkspur-2", name: "Larkspur 2", kind: "Tent", price: 429, weight: "1.64 kg", rating: 4.8,
    picture: "larkspur-2.svg", scene: "dusk.webp", sizes: ["1 person", "2 people"],
    blurb: "Two people, two doors, and enough porch for wet boots and a stove. Up in four minutes, in the dark, in wind.",
    facts: ["Inner and outer pitch together", "Poles by number, not by colour", "Vents that open from the sleeping bag"],
    specs: [["Sleeps", "2"], ["Weight", "1.64 kg"], ["Head", "2,000 mm water column"], ["Packed", "46 x 14 cm"]],
    care: "Dry it within two days, also the pegs. We reseal seams for nothing; send it in before summer.",
  },
  {
    slug: "stormcap-shell", name: "Stormcap Shell", kind: "Jacket", price: 279, weight: "388 g", rating: 4.6,
    picture: "stormcap-shell.svg", scene: "winter.webp", sizes: ["XS", "S", "M", "L", "XL"],
    blurb: "Three layers that keep rain out and let effort go. A hood that turns with your head and pockets above the hip belt.",
    facts: ["Water repellent without fluorine", "Two-way zip, glove-sized pulls", "Repair patch sewn into the hem"],
    specs: [["Layers", "3"], ["Weight", "388 g in M"], ["Head", "20,000 mm water column"], ["Breathes", "18,000 g/m2 a day"]],
    care: "Wash at 30 degrees with little soap, rinse twice, then warm iron: heat wakes up the water repellent.",
  },
  {
    slug: "scree-mid", name: "Scree Mid", kind: "Boot", price: 209, weight: "512 g", rating: 4.5,
    picture: "scree-mid.svg", scene: "moor.webp", sizes: ["39", "40", "41", "42", "43", "44"],
    blurb: "A leather boot without a stiff first week. Grips wet rock, resoles twice, and forgives a wide foot.",
    facts: ["Resoled by us, twice, for 60", "Leather from a tannery we can name", "Rubber rand all round"],
    specs: [["Height", "Over the ankle"], ["Weight", "512 g each in 42"], ["Sole", "Resoleable, 5 mm lugs"], ["Lining", "Wool and none other"]],
    care: "Brush, dry away from the stove, wax when water stops running off. Laces are free for life.",
  },
  {
    slug: "ember-stove", name: "Ember Stove", kind: "Stove", price: 119, weight: "346 g", rating: 4.9,
    picture: "ember-stove.svg", scene: "lake.webp", sizes: ["0.8 litre", "1.2 litre"],
    blurb: "Half a litre boils before you have found the tea. Burner, pot and gas nest into one another and stop rattling.",
    facts: ["Boils 0.5 litre in 2:10", "Simmers without sulking", "Pot with marks you can read in dusk"],
    specs: [["Boil", "2:10 for 0.5 litre"], ["Weight", "346 g with pot"], ["Gas", "EN 417 screw thread"], ["Pot", "Hard-anodised aluminium"]],
    care: "Wipe the jet with the brush in the lid. Seals are standard parts; a bag of ten costs 3.",
  },
  {
    slug: "nightjar-lamp", name: "Nightjar Lamp", kind: "Lamp", price: 69, weight: "78 g", rating: 4.4,
    picture: "nightjar-lamp.svg", scene: "night.webp", sizes: ["Ember", "Moss"],
    blurb: "Warm light for reading, a far beam for finding the path, red for not waking anyone. One button that does what you think.",
    facts: ["420 lumen, 95 m", "Charges by USB-C in 70 minutes", "Band comes off for washing"],
    specs: [["Light", "420 lumen"], ["Weight", "78 g"], ["Runs", "6 to 90 hours"], ["Water", "IPX7"]],
    care: "Wash the band with your socks. The battery can be changed with one screw and we sell it.",
  },
].map((product, index) => ({ ...product, reviews: reviews.slice(index % 3).concat(reviews.slice(0, index % 3)) }));

const colourways = [["Original", 0], ["Moss", 70], ["Slate", 160], ["Heather", 255]];

/** The list of the shop: every product in every colour, all of one colour first. */
export const catalogue = colourways.flatMap(([colour, hue]) =>
  products.map((product) => ({ ...product, colour, hue })));

export const productOf = (slug) => products.find((product) => product.slug === slug);

export const money = (amount) => `€${amount.toFixed(2).replace(/\.00$/, "")}`;

export const picture = (name) => `/shared/pictures/${name}`;
