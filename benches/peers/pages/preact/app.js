import { h, render } from 'preact';
import { useState } from 'preact/hooks';
import { keep } from '../keep.js';

const FACES = ['😡', '🙁', '😐', '🙂', '😄'];

const App = () => {
  const [chosen, choose] = useState(0);
  const [comment, write] = useState('');
  const face = (icon, place) => h('button', {
    class: 'face',
    'aria-pressed': String(chosen === place + 1),
    onClick: () => {
      choose(place + 1);
      keep(place + 1, comment);
    },
  }, icon);
  return h('main', null,
    h('h1', null, 'How was your visit?'),
    h('div', { class: 'faces' }, FACES.map(face)),
    h('textarea', { placeholder: 'Comment', onInput: (event) => write(event.target.value) }),
    chosen ? h('p', { class: 'thanks' }, 'Thank you!') : null);
};

render(h(App), document.getElementById('app'));
