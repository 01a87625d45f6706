// Keys go to the terminal from the start, and wherever in the page someone clicks.
const focus = () => document.querySelector(".xterm-helper-textarea")?.focus();
window.addEventListener("load", focus);
window.addEventListener("click", focus);
