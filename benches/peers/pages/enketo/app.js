import { Form } from 'enketo-core';
import { keep } from '../keep.js';

// What Enketo's transformer makes of an XForm, written down: the form and the model.
const MODEL = '<model><instance><data xmlns:jr="http://openrosa.org/javarosa" xmlns:orx="http://openrosa.org/xforms" id="k" version="1"><visit/><comment/><meta><instanceID/></meta></data></instance></model>';
const FACES = ['😡', '🙁', '😐', '🙂', '😄'];
const option = (face, place) => `<label><input type="radio" name="/data/visit" data-name="/data/visit" value="${place + 1}" data-type-xml="select1"/><span lang="" class="option-label active">${face}</span></label>`;
document.getElementById('app').insertAdjacentHTML('afterbegin', `<div class="main"><article class="paper"><form autocomplete="off" novalidate="novalidate" class="or clearfix" dir="ltr" id="k">
<section class="form-logo"></section><h3 dir="auto" id="form-title">Rate</h3>
<fieldset class="question simple-select or-appearance-columns-5"><fieldset><legend><span lang="" class="question-label active">How was your visit?</span></legend><div class="option-wrapper">${FACES.map(option).join('')}</div></fieldset></fieldset>
<label class="question non-select or-appearance-multiline"><span lang="" class="question-label active">Comment</span><textarea name="/data/comment" data-type-xml="string"></textarea></label></form></article></div>`);

const element = document.querySelector('form.or');
const form = new Form(element, { modelStr: MODEL, instanceStr: null, external: [] }, {});
form.init();
element.addEventListener('change', ({ target }) => {
  if (target.name !== '/data/visit') return;
  document.documentElement.dataset.answered = form.model.xml.querySelector('visit').textContent;
  keep(Number(target.value), '');
});
window.isReady = true;
