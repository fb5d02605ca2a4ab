import js from '@eslint/js';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  {ignores: ['dist/']},
  js.configs.recommended,
  {
    files: ['src/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {parserOptions: {projectService: true}},
    rules: {'@typescript-eslint/restrict-template-expressions': ['error', {allowNumber: true}]},
  },
  {
    files: ['test/**/*.mjs'],
    languageOptions: {globals: {Buffer: 'readonly', fetch: 'readonly', process: 'readonly', URL: 'readonly'}},
  },
);
