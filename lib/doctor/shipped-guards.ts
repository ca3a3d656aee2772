// Printed by scripts/write-shipped-guards.ts from deploy/kubernetes; a test compares.
import type { Json } from '#lib/json.ts'

/** An admission policy that comes with Corbel, and the file it stands in. */
export interface ShippedGuard {
  name: string
  file: string
  spec: Json
}

/** Every admission policy that comes with Corbel. */
export const shippedGuards: ShippedGuard[] = [
  {
    name: 'corbel-break-glass-gate',
    file: 'break-glass.yaml',
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            resources: ['*/*'],
            operations: ['*'],
          },
        ],
      },
      matchConditions: [
        {
          name: 'is-break-glass',
          expression: "request.userInfo.username.matches('^system:serviceaccount:[^:]+:break-glass$')",
        },
      ],
      variables: [
        {
          name: 'target',
          expression: "request.operation == 'DELETE' ? oldObject : object",
        },
        {
          name: 'session',
          expression: "variables.target.?metadata.?annotations['corbel.dev/session'].orValue('')",
        },
        {
          name: 'gate',
          expression:
            "namespaceObject == null || variables.session == '' ? '' : namespaceObject.metadata.?annotations['session.corbel.dev/' + variables.session].orValue('')",
        },
        {
          name: 'needsApproval',
          expression:
            "request.operation == 'DELETE' || request.resource.group in ['iam.cnrm.cloud.google.com', 'resourcemanager.cnrm.cloud.google.com']",
        },
      ],
      validations: [
        {
          expression: "request.userInfo.username == 'system:serviceaccount:' + request.namespace + ':break-glass'",
          reason: 'Forbidden',
          messageExpression:
            "'The break-glass account of a namespace acts in that namespace only, and this request is about ' + (request.namespace == '' ? 'the whole cluster' : 'namespace ' + request.namespace) + '.'",
        },
        {
          expression:
            "request.resource.group.contains('.') && !request.resource.group.endsWith('.k8s.io') && request.resource.group != 'core.cnrm.cloud.google.com' && (!has(request.subResource) || request.subResource == '')",
          reason: 'Forbidden',
          messageExpression:
            "'Break-glass changes infrastructure resources only, and ' + request.resource.resource + (has(request.subResource) && request.subResource != '' ? '/' + request.subResource : '') + ' is none.'",
        },
        {
          expression:
            "variables.gate.startsWith('ordinary ') || variables.gate.startsWith('approved ') || variables.gate.startsWith('drill ')",
          reason: 'Forbidden',
          messageExpression:
            "variables.session == '' ? 'The resource names no break-glass session. Open a session in Corbel and make the change there.' : 'Break-glass session ' + variables.session + ' is not open in namespace ' + request.namespace + '. Open a session in Corbel.'",
        },
        {
          expression: "!variables.gate.startsWith('drill ') || (has(request.dryRun) && request.dryRun)",
          reason: 'Forbidden',
          messageExpression: "'Break-glass session ' + variables.session + ' is a drill: it takes dry runs, and changes nothing.'",
        },
        {
          expression: "!variables.needsApproval || variables.gate.startsWith('approved ') || variables.gate.startsWith('drill ')",
          reason: 'Forbidden',
          messageExpression:
            "(request.operation == 'DELETE' ? 'Deleting' : 'Changing ' + request.resource.resource) + ' needs a break-glass session that a second person approved, and session ' + variables.session + ' is an ordinary one.'",
        },
        {
          expression:
            "request.operation != 'UPDATE' || ( object.metadata.?finalizers.orValue([]) == oldObject.metadata.?finalizers.orValue([]) && object.metadata.?ownerReferences.orValue([]) == oldObject.metadata.?ownerReferences.orValue([]))",
          reason: 'Forbidden',
          message: 'Break-glass changes neither finalizers nor owners.',
        },
      ],
      auditAnnotations: [
        {
          key: 'session',
          valueExpression: 'variables.session',
        },
        {
          key: 'gate',
          valueExpression: 'variables.gate',
        },
      ],
    },
  },
  {
    name: 'corbel-break-glass-guard',
    file: 'break-glass.yaml',
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: [''],
            apiVersions: ['*'],
            resources: [
              'namespaces',
              'namespaces/status',
              'namespaces/finalize',
              'pods',
              'podtemplates',
              'replicationcontrollers',
              'secrets',
              'serviceaccounts/token',
            ],
            operations: ['CREATE', 'UPDATE'],
          },
          {
            apiGroups: ['apps'],
            apiVersions: ['*'],
            resources: ['deployments', 'replicasets', 'statefulsets', 'daemonsets'],
            operations: ['CREATE', 'UPDATE'],
          },
          {
            apiGroups: ['batch'],
            apiVersions: ['*'],
            resources: ['jobs', 'cronjobs'],
            operations: ['CREATE', 'UPDATE'],
          },
        ],
      },
      variables: [
        {
          name: 'mayBypass',
          expression: "authorizer.group('break-glass.corbel.dev').resource('guards').check('bypass').allowed()",
        },
        {
          name: 'annotations',
          expression: 'object.?metadata.?annotations.orValue({})',
        },
        {
          name: 'annotationsBefore',
          expression: 'oldObject == null ? {} : oldObject.?metadata.?annotations.orValue({})',
        },
        {
          name: 'movesGate',
          expression:
            "request.resource.resource == 'namespaces' && ( variables.annotations.exists(key, key.startsWith('session.corbel.dev/') && !(key in variables.annotationsBefore && variables.annotationsBefore[key] == variables.annotations[key])) || variables.annotationsBefore.exists(key, key.startsWith('session.corbel.dev/') && !(key in variables.annotations)))",
        },
        {
          name: 'podSpec',
          expression:
            "(request.resource.resource == 'pods' ? object.?spec : request.resource.resource == 'podtemplates' ? object.?template.?spec : request.resource.resource == 'cronjobs' ? object.?spec.?jobTemplate.?spec.?template.?spec : object.?spec.?template.?spec).orValue({})",
        },
      ],
      validations: [
        {
          expression:
            "!variables.movesGate || request.userInfo.username == 'system:serviceaccount:corbel-system:corbel' || variables.mayBypass",
          reason: 'Forbidden',
          message:
            'Break-glass sessions are opened and ended in Corbel. Only Corbel and cluster administrators change annotations of session.corbel.dev.',
        },
        {
          expression: "!(request.resource.resource == 'serviceaccounts' && request.name == 'break-glass') || variables.mayBypass",
          reason: 'Forbidden',
          message: 'Nobody gets a token of a break-glass account. Act as it under your own name, in a session opened in Corbel.',
        },
        {
          expression:
            "!(request.resource.resource == 'secrets' && object.?type.orValue('') == 'kubernetes.io/service-account-token' && variables.annotations[?'kubernetes.io/service-account.name'].orValue('') == 'break-glass') || variables.mayBypass",
          reason: 'Forbidden',
          message:
            'Nobody keeps a token of a break-glass account in a Secret. Act as it under your own name, in a session opened in Corbel.',
        },
        {
          expression:
            "!('break-glass' in [variables.podSpec.?serviceAccountName.orValue(''), variables.podSpec.?serviceAccount.orValue('')]) || variables.mayBypass",
          reason: 'Forbidden',
          message: 'Nothing runs as a break-glass account. Give the workload an account of its own.',
        },
      ],
    },
  },
  {
    name: 'corbel-config-connector-names',
    file: 'break-glass.yaml',
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            resources: ['*/*'],
            operations: ['*'],
          },
        ],
      },
      matchConditions: [
        {
          name: 'is-so-called',
          expression:
            "request.userInfo.username.matches('system:serviceaccount:[a-z0-9.-]+:cnrm-controller-manager') || (request.resource.group == '' && request.resource.resource == 'serviceaccounts' && request.operation in ['CREATE', 'UPDATE'] && object.?metadata.?name.orValue(request.name).startsWith('cnrm-controller-manager'))",
        },
      ],
      validations: [
        {
          expression:
            "!request.userInfo.username.matches('system:serviceaccount:[a-z0-9.-]+:cnrm-controller-manager') || request.userInfo.username.startsWith('system:serviceaccount:cnrm-system:cnrm-controller-manager')",
          reason: 'Forbidden',
          message: 'Config Connector takes this user for itself, and it is not. Only accounts of cnrm-system may write under this name.',
        },
        {
          expression:
            "!(request.resource.group == '' && request.resource.resource == 'serviceaccounts' && request.operation in ['CREATE', 'UPDATE'] && object.?metadata.?name.orValue(request.name).startsWith('cnrm-controller-manager')) || request.namespace == 'cnrm-system'",
          reason: 'Forbidden',
          message: 'Config Connector takes accounts of this name for itself. Only namespace cnrm-system may have them.',
        },
      ],
    },
  },
  {
    name: 'corbel-portal-confined',
    file: 'portal-confined.yaml',
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            resources: ['*/*'],
            operations: ['*'],
          },
        ],
      },
      matchConditions: [
        {
          name: 'is-the-portal',
          expression: "request.userInfo.username == 'system:serviceaccount:corbel-system:corbel'",
        },
        {
          name: 'is-no-review',
          expression: "!(request.resource.group in ['authorization.k8s.io', 'authentication.k8s.io'])",
        },
      ],
      variables: [
        {
          name: 'isNamespaceChange',
          expression:
            "request.resource.group == '' && request.resource.resource == 'namespaces' && request.operation == 'UPDATE' && (!has(request.subResource) || request.subResource == '')",
        },
        {
          name: 'after',
          expression: 'variables.isNamespaceChange ? object.metadata.?annotations.orValue({}) : {}',
        },
        {
          name: 'before',
          expression: 'variables.isNamespaceChange ? oldObject.metadata.?annotations.orValue({}) : {}',
        },
      ],
      validations: [
        {
          expression: 'variables.isNamespaceChange',
          reason: 'Forbidden',
          message: "Corbel's own account only changes annotations of namespaces.",
        },
        {
          expression: "!variables.isNamespaceChange || oldObject.metadata.?labels['corbel.dev/project'].orValue('') == 'true'",
          reason: 'Forbidden',
          message: "Corbel's own account only changes namespaces that are projects.",
        },
        {
          expression:
            "!variables.isNamespaceChange || ( variables.before.all(key, key.startsWith('session.corbel.dev/') || (key in variables.after && variables.after[key] == variables.before[key])) && variables.after.all(key, key.startsWith('session.corbel.dev/') || key in variables.before))",
          reason: 'Forbidden',
          message: "Corbel's own account only changes annotations of session.corbel.dev.",
        },
        {
          expression:
            '!variables.isNamespaceChange || ( object.metadata.?labels.orValue({}) == oldObject.metadata.?labels.orValue({}) && object.metadata.?finalizers.orValue([]) == oldObject.metadata.?finalizers.orValue([]) && object.metadata.?ownerReferences.orValue([]) == oldObject.metadata.?ownerReferences.orValue([]) && object.?spec.orValue({}) == oldObject.?spec.orValue({}))',
          reason: 'Forbidden',
          message: "Corbel's own account changes nothing but annotations.",
        },
        {
          expression:
            "variables.after.all(key, !key.startsWith('session.corbel.dev/') || (key in variables.before && variables.before[key] == variables.after[key]) || (key.matches('^session\\\\.corbel\\\\.dev/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') && variables.after[key].matches('^(ordinary|approved|drill) [^ ]+ [^ ]+ ')))",
          reason: 'Forbidden',
          message: 'An open session is written as tier, person, end and reason under its id.',
        },
      ],
    },
  },
  {
    name: 'corbel-people-dry-run-only',
    file: 'people-dry-run-only.yaml',
    spec: {
      failurePolicy: 'Fail',
      matchConstraints: {
        resourceRules: [
          {
            apiGroups: ['*'],
            apiVersions: ['*'],
            resources: ['*/*'],
            operations: ['CREATE', 'UPDATE', 'DELETE'],
          },
        ],
      },
      matchConditions: [
        {
          name: 'is-a-person',
          expression: "request.userInfo.username.startsWith('oidc:')",
        },
        {
          name: 'is-no-review',
          expression: "!(request.resource.group in ['authorization.k8s.io', 'authentication.k8s.io'])",
        },
      ],
      validations: [
        {
          expression: 'has(request.dryRun) && request.dryRun',
          reason: 'Forbidden',
          messageExpression:
            "'People change ' + request.resource.resource + ' through a pull request, and this cluster takes only dry runs from them. Propose the change in Corbel.'",
        },
      ],
    },
  },
]
