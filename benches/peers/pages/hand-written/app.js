import { keep } from '../keep.js';

const faces = document.querySelector('.faces');
const comment = document.querySelector('textarea');
faces.addEventListener('click', (event) => {
  const chosen = event.target.closest('button');
  if (!chosen) return;
  for (const face of faces.children) face.setAttribute('aria-pressed', String(face === chosen));
  if (!document.querySelector('.thanks')) {
    const thanks = document.createElement('p');
    thanks.className = 'thanks';
    thanks.textContent = 'Thank you!';
    document.querySelector('main').append(thanks);
  }
  keep(Number(chosen.dataset.level), comment.value);
});
