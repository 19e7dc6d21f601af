export const missing = () => ({
  name: "missing",
  title: "Off the path",
  html: `
  <div class="shell band missing-page">
    <h1>Off the path</h1>
    <p class="lead">There is no page here. The gear is where it always was.</p>
    <p class="actions"><a class="button" href="/shop">All gear</a></p>
  </div>`,
});
