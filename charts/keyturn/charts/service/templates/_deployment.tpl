{{- define "service.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "service.name" . }}
  labels:
    {{- include "service.labels" . | nindent 4 }}
spec:
  {{- if not .values.autoscaling.enabled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "service.selector" . | nindent 6 }}
  strategy:
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  template:
    metadata:
      labels:
        {{- include "service.selector" . | nindent 8 }}
        app.kubernetes.io/part-of: keyturn
        {{- range $ring, $role := .values.rings }}
        ring.keyturn.dev/{{ $ring }}: {{ $role }}
        {{- end }}
        {{- with .values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ .name }}
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      {{- include "service.pod" . | nindent 6 }}
{{- end }}

{{- define "service.pod" -}}
serviceAccountName: {{ include "service.name" . }}
automountServiceAccountToken: {{ if include "service.usesApiServer" . }}true{{ else }}false{{ end }}
enableServiceLinks: false
{{- /* Full names of Services have fewer dots than the default of 5: each would be looked for in every search domain first. */}}
dnsConfig: { options: [{ name: ndots, value: "2" }] }
terminationGracePeriodSeconds: {{ .values.shutdown.gracePeriodSeconds }}
securityContext:
  {{- include "service.podSecurity" . | nindent 2 }}
{{- include "service.placement" . }}
{{- with (.root.Values.global | default dict).imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or (include "service.usesTrialDatabase" .) .values.migrate.args }}
initContainers:
  {{- include "service.initContainers" . | nindent 2 }}
{{- end }}
containers:
  - {{- include "service.container" . | nindent 4 }}
volumes:
  - { name: tmp, emptyDir: {} }
  - { name: state, emptyDir: {} }
  {{- include "service.ringVolumes" . | trim | nindent 2 }}
  {{- with .values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* Where pods go: spread over nodes, but never left unscheduled for it. */}}
{{- define "service.placement" }}
topologySpreadConstraints:
{{- if .values.topologySpreadConstraints }}
  {{- toYaml .values.topologySpreadConstraints | nindent 2 }}
{{- else }}
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "service.selector" . | nindent 8 }}
{{- end }}
{{- range $key := list "nodeSelector" "tolerations" "affinity" "priorityClassName" }}
{{- with get $.values $key }}
{{ $key }}: {{ toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "service.container" }}
name: {{ .name }}
image: {{ include "service.image" (dict "root" .root "image" .values.image) }}
imagePullPolicy: {{ include "service.pullPolicy" (dict "root" .root "image" .values.image) }}
{{- with .values.args }}
args: {{ toJson . }}
{{- end }}
securityContext:
  {{- include "service.containerSecurity" . | nindent 2 }}
ports:
  {{- if .values.http }}
  - { name: http, containerPort: 3000 }
  {{- end }}
  {{- if .values.management }}
  - { name: management, containerPort: 9000 }
  {{- end }}
env:
  {{- include "service.environment" . | trim | nindent 2 }}
  {{- if .values.http }}
  {{- include "service.processVariables" . | trim | nindent 2 }}
  {{- end }}
  {{- include "service.databaseVariables" . | trim | nindent 2 }}
  {{- include "service.sessionVariables" . | trim | nindent 2 }}
  {{- with .values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
startupProbe:
  httpGet: {{ include "service.livePath" . }}
  periodSeconds: 1
  timeoutSeconds: 2
  failureThreshold: {{ .values.startupSeconds }}
livenessProbe:
  httpGet: {{ include "service.livePath" . }}
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: {{ ternary "management" "http" .values.management }} }
  periodSeconds: 2
  timeoutSeconds: 2
  failureThreshold: 2
lifecycle:
  preStop: { sleep: { seconds: {{ .values.shutdown.preStopSeconds }} } }
resources:
  {{- toYaml .values.resources | nindent 2 }}
volumeMounts:
  - { name: tmp, mountPath: /tmp }
  - { name: state, mountPath: /var/lib/keyturn }
  {{- include "service.ringMounts" . | trim | nindent 2 }}
  {{- with .values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* What a probe asks whether a process lives. One without a management port says so by being ready. */}}
{{- define "service.livePath" -}}
{{ ternary "{ path: /livez, port: management }" "{ path: /readyz, port: http }" .values.management }}
{{- end }}
