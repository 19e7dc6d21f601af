import { picture } from "/shared/js/data.js";

export const thanks = () => ({
  name: "thanks",
  title: "Thank you",
  html: `
  <div class="shell band thanks-page">
    <img src="${picture("lake.webp")}" alt="" width="1200" height="800">
    <h1>Thank you. It is on the bench.</h1>
    <p class="lead">A person is looking for a box of the right size. You get a letter when it leaves.</p>
    <p class="actions"><a class="button" href="/">Back to the start</a></p>
  </div>`,
});
