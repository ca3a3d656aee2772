/** Common answers of Google Cloud APIs and API servers, recognised in a condition's message: what is the matter and what to do. */

export interface FailureAdvice {
  /** For the middle of a sentence: "a quota is used up". */
  cause: string
  advice: string[]
}

interface Rule extends FailureAdvice {
  pattern: RegExp
}

/** Tried in order: what is more special stands first. */
const rules: Rule[] = [
  {
    pattern:
      /quota ?exceeded|quotaExceeded|exceeded (?:the )?quota|RESOURCE_EXHAUSTED|insufficient quota|rateLimitExceeded|Quota '[^']+' exceeded|quota limit/i,
    cause: 'a quota of the project is used up',
    advice: [
      'Ask for more of the quota named in the message (Google Cloud console, IAM & Admin, Quotas), or delete what is no longer needed.',
      'Nothing else is to be done: the operator tries again by itself.',
    ],
  },
  {
    pattern:
      /(?:API|service) (?:\[?[\w.-]+\]? )?(?:has not been used|is not enabled|is disabled|not enabled|is not activated)|accessNotConfigured|SERVICE_DISABLED/i,
    cause: 'the API of this service is not enabled in the project',
    advice: [
      'Enable the API in the project (the message has its name), for instance with a Service resource. It can take some minutes to be noticed.',
    ],
  },
  {
    pattern: /billing (?:account|is disabled|has not|must be)|BILLING_DISABLED|billingNotEnabled|UREQ_PROJECT_BILLING/i,
    cause: 'the project has no active billing account',
    advice: ['Ask the platform team to link the project to a billing account.'],
  },
  {
    pattern:
      /org(?:anization)? policy|constraints\/[\w.]+|conditionNotMet.*constraint|violates constraint|FAILED_PRECONDITION.*constraint/i,
    cause: 'an organisation policy forbids it',
    advice: ['The message names the constraint. Change the field it is about, or ask the platform team for an exception.'],
  },
  {
    pattern:
      /permission ?denied|PERMISSION_DENIED|forbidden|\b403\b|does not have [\w.]+ (?:access|permission)|lacks? (?:the )?permission|required '[^']+' permission/i,
    cause: 'the account that manages this project in the cloud lacks a permission',
    advice: ["Grant the permission in the message to the project's operator account (ask the platform team), then wait a few minutes."],
  },
  {
    pattern:
      /immutable|cannot (?:be )?chang(?:e|ed)|cannot make changes to immutable|field is (?:read-only|not updatable)|forces? replacement|can't be (?:changed|updated)/i,
    cause: 'a field was changed that cannot be changed after creation',
    advice: [
      'Set the field named in the message back to its old value.',
      'If the new value is needed: create a second resource with it, move over, and delete this one. Deleting and creating again loses its data.',
    ],
  },
  {
    pattern:
      /already ?exists|ALREADY_EXISTS|alreadyExists|\b409\b.*(?:conflict|exist)|you already own it|name (?:is )?(?:not available|already (?:in use|taken))|not available\. Please try a different one/i,
    cause: 'something with this name exists already',
    advice: [
      'If it is yours, adopt it: set spec.resourceID to its name in the cloud.',
      'If not, choose another name: some names, such as those of buckets, are shared by all of Google Cloud.',
    ],
  },
  {
    pattern:
      /deletion.?protection|cannot (?:be )?delete[d]?.*protect|is not empty|notEmpty|containerNotEmpty|resourceInUse|is (?:already )?being used by|in use by/i,
    cause: 'something still uses or protects it in the cloud',
    advice: [
      'Remove what uses it, empty it, or switch its deletion protection off (with a pull request), and the operator goes on by itself.',
    ],
  },
  {
    pattern: /not ?found|NOT_FOUND|\b404\b|does not exist/i,
    cause: 'something it needs does not exist in the cloud',
    advice: ['Check the names and references in the manifest: project, region, network, key. Create what is missing.'],
  },
  {
    pattern:
      /invalid (?:argument|value|field|parameter)|INVALID_ARGUMENT|badRequest|\b400\b|must match|is invalid|validation failed|unsupported value/i,
    cause: 'the cloud refuses a value',
    advice: ['The message names the field or value. Correct it with a new pull request.'],
  },
  {
    pattern:
      /deadline ?exceeded|timed? ?out|UNAVAILABLE|backendError|\b50[0234]\b|internal error|connection (?:reset|refused)|temporar(?:y|ily)/i,
    cause: 'the cloud did not answer properly',
    advice: ['Wait: the operator tries again by itself. If it stays, look at the status page of the service.'],
  },
]

/** What a failure message means, or undefined when it is none we know. */
export function adviceFor(message: string): FailureAdvice | undefined {
  const rule = rules.find(({ pattern }) => pattern.test(message))
  return rule && { cause: rule.cause, advice: rule.advice }
}
