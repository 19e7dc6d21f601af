// uikit's test pages ask for the script of its development server; this loads what the package ships.
document.write('<link rel="stylesheet" href="/uikit/dist/css/uikit.css"><script src="/uikit/dist/js/uikit.js"></script><script src="/uikit/dist/js/uikit-icons.js"></script><meta name="viewport" content="width=device-width">');
