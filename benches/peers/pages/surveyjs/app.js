import { Model } from 'survey-core';
import { renderSurvey } from 'survey-js-ui';
import { keep } from '../keep.js';

const survey = new Model({
  showNavigationButtons: true,
  pages: [{
    elements: [
      { type: 'rating', name: 'visit', title: 'How was your visit?', rateType: 'smileys', rateCount: 5, rateMax: 5 },
      { type: 'comment', name: 'comment', title: 'Comment' },
    ],
  }],
});
survey.onValueChanged.add((_, { name, value }) => {
  if (name === 'visit') keep(value, survey.getValue('comment') ?? '');
});
renderSurvey(survey, document.getElementById('app'));
