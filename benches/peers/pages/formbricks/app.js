import { renderSurveyInline } from '@formbricks/surveys';
import { keep } from '../keep.js';

const nothing = () => {};
document.getElementById('app').insertAdjacentHTML('afterbegin', '<main id="survey" style="width: 560px"></main>');
renderSurveyInline({
  containerId: 'survey',
  brandColor: '#0a7',
  isBrandingEnabled: false,
  languageCode: 'default',
  styling: {},
  survey: {
    id: 'visit', name: 'visit', type: 'link', styling: {}, languages: [], endings: [],
    welcomeCard: { enabled: false },
    thankYouCard: { enabled: true, headline: { default: 'Thank you!' } },
    hiddenFields: { enabled: false },
    questions: [
      { id: 'visit', type: 'rating', scale: 'smiley', range: 5, required: true, headline: 'How was your visit?', lowerLabel: 'bad', upperLabel: 'good', buttonLabel: 'Next' },
      { id: 'comment', type: 'openText', inputType: 'text', longAnswer: true, required: false, headline: 'Comment', buttonLabel: 'Send' },
    ],
  },
  onResponse: ({ data }) => { if (data.visit) keep(Number(data.visit), ''); },
  onDisplay: nothing, onClose: nothing, onFinished: nothing, onRetry: nothing, onActiveQuestionChange: nothing, getSetIsError: nothing,
  onFileUpload: async () => '',
});
