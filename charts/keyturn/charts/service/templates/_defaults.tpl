{{/* Every key that a service's block of values may have, with its default. Comments: README.md. */}}
{{- define "service.defaults" -}}
enabled: true
http: true
management: true
replicas: 2
image: { registry: "", repository: "", tag: "", digest: "", pullPolicy: "" }
args: []
rings: {}
sessions: false
permissions: {}
database: { name: "", existingSecret: "", key: DATABASE_URL }
migrate: { args: [] }
routes: []
calls: []
apiServer: false
env: {}
extraEnv: []
extraEnvFrom: []
extraVolumes: []
extraVolumeMounts: []
logLevel: ""
service: { port: 80, annotations: {} }
serviceAccount: { annotations: {} }
podAnnotations: {}
podLabels: {}
resources:
  requests: { cpu: 50m, memory: 128Mi }
  limits: { memory: 256Mi }
nodeSelector: {}
tolerations: []
affinity: {}
topologySpreadConstraints: []
priorityClassName: ""
autoscaling: { enabled: false, minReplicas: 2, maxReplicas: 6, cpu: 75 }
podDisruptionBudget: { enabled: true, maxUnavailable: 1 }
shutdown: { preStopSeconds: 5, drainWindow: 2s, deadline: 25s, gracePeriodSeconds: 40 }
startupSeconds: 60
networkPolicy: { ingress: [], egress: [] }
{{- end }}

{{/*
The block of a service over the defaults, as YAML. One that looks sessions up holds the secret that signs their cookies, and verifies
no tokens, so it has no part in their ring.
Takes the service: { root, name, values }.
*/}}
{{- define "service.values" -}}
{{- $values := mustMergeOverwrite (include "service.defaults" . | fromYaml) (deepCopy .values) }}
{{- if $values.sessions }}
{{- $_ := set $values "rings" (merge (dict .root.Values.auth.sessionRing "holder") (omit $values.rings .root.Values.auth.tokenRing)) }}
{{- end }}
{{- $values | toYaml -}}
{{- end }}
