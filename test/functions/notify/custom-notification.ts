import type { z } from 'zod';

/**
 * A custom notification of Amazon Q Developer in chat applications as its page documents it: fields, what is required, the
 * fixed values. It has no lengths: the page's could not be confirmed.
 * @see https://docs.aws.amazon.com/chatbot/latest/adminguide/custom-notifs.html
 */
export const CUSTOM_NOTIFICATION: Parameters<typeof z.fromJSONSchema>[0] = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Custom notification of Amazon Q Developer in chat applications',
  type: 'object',
  additionalProperties: false,
  required: ['version', 'source', 'content'],
  properties: {
    version: {
      const: '1.0',
    },
    source: {
      const: 'custom',
    },
    id: {
      type: 'string',
    },
    content: {
      type: 'object',
      additionalProperties: false,
      required: ['description'],
      properties: {
        textType: {
          const: 'client-markdown',
        },
        title: {
          type: 'string',
        },
        description: {
          type: 'string',
        },
        nextSteps: {
          type: 'array',
          items: {
            type: 'string',
          },
        },
        keywords: {
          type: 'array',
          items: {
            type: 'string',
          },
        },
      },
    },
    metadata: {
      type: 'object',
      additionalProperties: false,
      properties: {
        threadId: {
          type: 'string',
        },
        summary: {
          type: 'string',
        },
        eventType: {
          type: 'string',
        },
        relatedResources: {
          type: 'array',
          items: {
            type: 'string',
          },
        },
        additionalContext: {
          type: 'object',
          additionalProperties: {
            type: 'string',
          },
        },
      },
    },
  },
};
