import { mountAccordions } from "/shared/js/accordion.js";
import { mountTabs } from "/shared/js/tabs.js";

const guides = [
  ["Repairs", "Put it in a bag, write on the bag what hurts, and send it. We look at it within a week and tell you what we will do. Seams, zips, soles and poles are free. For fire and dogs we ask for half."],
  ["Washing", "Cold water, little soap, no softener. Iron a shell warm, wax a boot dry, and never store a sleeping bag in its sack."],
  ["Resoling", "A Scree Mid can be resoled twice. Send it while there is still tread: the midsole should not have touched stone."],
];

const orders = [
  ["Can I return it?", "Within a hundred days, also when it has seen rain. Mud is fine, dogs' teeth are not."],
  ["When will it arrive?", "Most parcels leave on the day they are ordered and arrive two working days later."],
  ["Can I change an order?", "Until five in the afternoon of the same day. Write or call; a person answers."],
  ["Where is my invoice?", "In the box, and in the letter that said the box had left."],
];

const care = [
  ["seams", "Who seals the seams?", "We do, free of charge, each spring. Send the tent dry and with its poles."],
  ["wax", "Which wax for which leather?", "The hard one for smooth leather, the soft one for rough leather, neither for suede."],
  ["zip", "The zip sticks. What now?", "A soft pencil along the teeth, then run it ten times. If it still sticks, send it in."],
  ["down", "How do I dry down?", "Low heat, three tennis balls, and more patience than you have."],
];

const html = `
  <div class="shell band help-page">
    <p class="eyebrow">A person answers until nine</p>
    <h1>Help</h1>
    <section class="topics" id="repairs">
      <div class="topic-names" role="tablist" aria-label="Topics">${guides.map(([name], at) => `<button class="topic-name" role="tab" aria-controls="topic-${at}" aria-selected="${at === 0}"${at ? ' tabindex="-1"' : ""}>${name}</button>`).join("")}</div>
      ${guides.map(([name, words], at) => `<div class="topic" role="tabpanel" id="topic-${at}"${at ? " hidden" : ""}><h2>${name}</h2><p>${words}</p></div>`).join("")}
    </section>
    <section id="delivery" class="delivery"><div><h2>Delivery</h2><p>We pack by hand, so there is a last minute and it is five o'clock.</p></div>
      <iframe title="Delivery times" src="/shared/frames/delivery.html" width="520" height="210"></iframe></section>
    <div class="questions">
      <section id="returns" class="accordion"><h2>Orders</h2>${orders
        .map(([question, answer], at) => `<h3><button aria-expanded="false" aria-controls="order-${at}">${question}</button></h3><div id="order-${at}" role="region" hidden><p>${answer}</p></div>`).join("")}</section>
      <section id="care" class="accordion"><h2>Care</h2>${care
        .map(([id, question, answer]) => `<h3><button aria-expanded="false" aria-controls="care-${id === "wax" ? "waxing" : id}">${question}</button></h3><div id="care-${id}" role="region" hidden><p>${answer}</p></div>`)
        .join("")}</section>
    </div>
  </div>`;

function mount(root) {
  mountAccordions(root);
  mountTabs(root);
}

export const help = () => ({ name: "help", title: "Help", html, mount });
